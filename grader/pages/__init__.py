"""What every HTML page is put together with: escaping for each kind of output, markup, the frame, the style sheet."""

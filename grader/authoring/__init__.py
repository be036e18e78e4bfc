"""What instructors write exercises with: `new`, `verify`, `pack`, `seal`."""

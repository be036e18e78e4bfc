"""Text from strangers, made harmless for each kind of output: the name under which plugins know `pages.escape`."""

from __future__ import annotations

from grader.pages.escape import MAX_TEXT as MAX_TEXT
from grader.pages.escape import csv_cell as csv_cell
from grader.pages.escape import html_attribute as html_attribute
from grader.pages.escape import html_text as html_text
from grader.pages.escape import json_text as json_text
from grader.pages.escape import markdown_block as markdown_block
from grader.pages.escape import markdown_code as markdown_code
from grader.pages.escape import markdown_text as markdown_text
from grader.pages.escape import terminal as terminal
from grader.pages.escape import unescaped_html as unescaped_html
from grader.pages.escape import without_commands as without_commands
from grader.pages.escape import workflow_data as workflow_data
from grader.pages.escape import workflow_log as workflow_log
from grader.pages.escape import workflow_property as workflow_property
from grader.pages.escape import xml_text as xml_text

"""What goes out on paper or as a file: built from the record for one recipient, then drawn as Word, PDF or a page."""

"""Pages for paper: PDF with the letters of its fonts inside, drawn by ReportLab."""

"""Pages for paper: PDF (ISO 32000) written page by page, with the letters of its fonts inside."""

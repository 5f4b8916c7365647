"""The HTTP service: a Flask application, its versioned API, and one shape for every error."""

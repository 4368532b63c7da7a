"""Prompt files, one Markdown file a template; see `rag.prompts`."""

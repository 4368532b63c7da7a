"""The texts of the parts of the page, in English and in Arabic."""

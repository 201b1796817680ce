"""The texts of our e-mails: written in the product, checked, filled without logic, with every version kept."""

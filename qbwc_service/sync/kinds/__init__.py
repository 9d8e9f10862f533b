"""What each kind of document is in qbXML."""

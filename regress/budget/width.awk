# Lines of more than 80 columns; a tab goes to the next eighth.
{
	line = $0
	while ((at = index(line, "\t")) > 0)
		line = substr(line, 1, at - 1) \
		    substr("        ", 1, 8 - (at - 1) % 8) \
		    substr(line, at + 1)
	if (length(line) > 80)
		print FILENAME ":" FNR ": " length(line) " columns"
}

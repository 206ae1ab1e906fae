# Length of each function: the lines from the one that opens its body ("{"
# alone in the first column, as KNF has it) to the "}" that closes it, with
# the lines of its head.  Prints: length file name.
FNR == 1 { start = 0; name = "" }
/^[a-z_][a-zA-Z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name); head = FNR }
/^[a-z_].*[ *][a-zA-Z0-9_]+\(.*[^;]$/ && !/^(struct|enum|union) [a-z_0-9]+ \{/ {
	if ($0 ~ /^static|^const|^int|^void|^struct/ && $0 ~ /\(/) {
		name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
		head = FNR
	}
}
/^\{/ { start = head > 0 ? head : FNR }
/^\}/ {
	if (start > 0 && name != "" && $0 !~ /;/)
		print FNR - start + 1, FILENAME, name
	start = 0; head = 0; name = ""
}

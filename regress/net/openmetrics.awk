# openmetrics.awk - is this page OpenMetrics 1.0, by the letter?  Prints what
# is not, and how many samples there are; the status says whether it is good.
# It knows what a page of ours may have: counters and gauges, no time stamps
# and no exemplars; anything else is an error.
function wrong(what) {
	print NR ": " what ": " $0
	bad++
}
# In HELP and in the values of labels a backslash escapes itself, a quotation
# mark or a newline, and nothing else.
function escaped(s) {
	gsub(/\\[\\"n]/, "", s)
	return s !~ /[\\"]/
}
# A descriptor begins a family, or goes on with the one that has begun; each
# kind of it comes once, before the samples.
function describe(kind, name) {
	if (name !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
		wrong("not a name")
	if (name != family) {
		if (name in families)
			wrong("its family was before")
		families[name] = 1
		family = name
		type = ""
	} else if (sampled)
		wrong("behind the samples")
	if ((name, kind) in said)
		wrong("twice")
	said[name, kind] = 1
	sampled = 0
}
# The labels, which are s up to the brace; sorted into a key.
function labels(s,    n, name, seen, list, i, j, t) {
	n = 0
	while (s != "") {
		if (!match(s, /^[a-zA-Z_][a-zA-Z0-9_]*="/)) {
			wrong("not a label")
			return ""
		}
		name = substr(s, 1, RLENGTH - 2)
		s = substr(s, RLENGTH + 1)
		if (!match(s, /^([^\\"]|\\[\\"n])*"/)) {
			wrong("a value that does not end")
			return ""
		}
		if (name in seen)
			wrong("a label twice")
		if (name ~ /^__/)
			wrong("a reserved label")
		seen[name] = 1
		list[++n] = name "=" substr(s, 1, RLENGTH)
		s = substr(s, RLENGTH + 1)
		if (s == "")
			break
		if (s !~ /^,./) {
			wrong("no comma")
			return ""
		}
		s = substr(s, 2)
	}
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
			t = list[j]
			list[j] = list[j - 1]
			list[j - 1] = t
		}
	t = ""
	for (i = 1; i <= n; i++)
		t = t list[i] ","
	return t
}
function sample(    name, rest, key, n) {
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) {
		wrong("neither a sample nor a descriptor")
		return
	}
	name = substr($0, 1, RLENGTH)
	rest = substr($0, RLENGTH + 1)
	key = ""
	if (rest ~ /^[{]/) {
		# Blanks and braces may stand in a value.
		if (!match(rest, /^[{][^"]*("([^\\"]|\\[\\"n])*"[^"}]*)*[}]/)) {
			wrong("no end of the labels")
			return
		}
		n = RLENGTH
		key = labels(substr(rest, 2, n - 2))
		rest = substr(rest, n + 1)
	}
	if (type == "")
		wrong("a sample without a type")
	if (name != family (type == "counter" ? "_total" : ""))
		wrong("not of the family " family)
	if (rest !~ /^ -?[0-9]+$/)
		wrong("not one blank and a whole number")
	else if (type == "counter" && rest ~ /-/)
		wrong("a counter below nothing")
	if ((name, key) in values)
		wrong("a sample twice")
	values[name, key] = 1
	sampled = 1
	samples++
}
END_SEEN { wrong("behind the end") }
/^# EOF$/ { END_SEEN = 1; next }
/\r/ { wrong("a carriage return") }
/^# TYPE / {
	describe("TYPE", $3)
	type = $4
	if (NF != 4 || $0 != "# TYPE " $3 " " $4)
		wrong("not three words")
	if (type != "counter" && type != "gauge")
		wrong("not a type of ours")
	if (type == "counter" && $3 ~ /_(total|created)$/)
		wrong("the suffix is the sample's")
	next
}
/^# HELP / {
	describe("HELP", $3)
	if (!escaped(substr($0, length($3) + 9)))
		wrong("not escaped")
	next
}
/^# UNIT / {
	describe("UNIT", $3)
	if (NF != 4 || $3 !~ ("_" $4 "$"))
		wrong("the name does not end so")
	next
}
{ sample() }
END {
	if (!END_SEEN)
		wrong("no end")
	# A counter's samples may not have the name of another family.
	for (f in families)
		if ((f "_total") in families)
			wrong(f "_total is two things")
	print samples " samples"
	exit bad > 0 || samples == 0
}

# tap.sh - results of scripts that need no network.

# result NAME TEXT: good when there is no text, which says what is wrong.
n=0
result() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

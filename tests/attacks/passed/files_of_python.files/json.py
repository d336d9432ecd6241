"""Is not json."""

print("GAI" + "NED")
raise SystemExit(0)

"""Is not os."""

print("GAI" + "NED")
raise SystemExit(0)

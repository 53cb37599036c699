"""Times the desk's pages as a browser asks for them, for desk.sh: URL LOG."""
import http.cookiejar, json, re, sys, time, urllib.parse, urllib.request

url, log = sys.argv[1], open(sys.argv[2]).read()
jar = http.cookiejar.CookieJar()
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def ask(path, form=None, body=None, method=None, proof=""):
    data = urllib.parse.urlencode(form).encode() if form is not None else json.dumps(body).encode() if body is not None else None
    kind = "application/x-www-form-urlencoded" if form is not None else "application/json"
    request = urllib.request.Request(url + path, data=data, method=method, headers={"content-type": kind, "x-kartoteka-proof": proof})
    with browser.open(request) as answer:
        return answer.geturl(), answer.read()


def sign_in(name, password):
    jar.clear()
    return json.loads(ask("/api/v1/session", body={"name": name, "password": password})[1])["proof"]


once = re.search(r"one-time password (\S+)", log).group(1)
proof = sign_in("administrator", once)
ask("/api/v1/session/password", body={"current": once, "new": "siedem srok na plocie"}, method="PUT", proof=proof)
given = json.loads(ask("/api/v1/people", body={"name": "a.nowak", "full_name": "A", "roles": ["archivist"]}, method="PUT", proof=proof)[1])
once = given["one_time_password"]
proof = sign_in("a.nowak", once)
ask("/api/v1/session/password", body={"current": once, "new": "dwa tuziny gesi"}, method="PUT", proof=proof)


def measured(what, limit, times):
    times = sorted(times)
    at = lambda share: times[min(len(times) - 1, int(share * len(times)))] * 1000
    print(f"{what:<46} p50 {at(0.5):6.1f} ms  p95 {at(0.95):6.1f} ms  most {times[-1] * 1000:6.1f} ms  (asked: {limit} ms)")


queries = ["kowalski", "umowa kredytu", "hipoteka warszawa", "nowak 2021", "kwota:200000..500000", "typ:mortgage_agreement", "\"księga wieczysta\"", "wisniewska kredyt gotowkowy", "data:2021 nowak", "kowalska -aneks"]
times = []
for n in range(60):
    began = time.perf_counter()
    ask("/search", form={"q": queries[n % len(queries)], "proof": proof})
    times.append(time.perf_counter() - began)
measured("search page, typed question to whole page", 150, times[10:])

ids = [d["id"] for d in json.loads(ask("/api/v1/documents?limit=200")[1])["documents"]]
times, seen = [], []
for id in ids[:60]:
    began = time.perf_counter()
    page = ask(f"/documents/{id}")[1].decode()
    times.append(time.perf_counter() - began)
    image = re.search(r'<image href="([^"]+)"', page).group(1).replace("&amp;", "&")
    ask(image)
    seen.append(time.perf_counter() - began)
measured("document's page", 300, times[5:])
measured("document's page and its first scan", 300, seen[5:])

times = []
where = ask("/review/next")[0]
for _ in range(40):
    id = where.split("/")[-1].split("?")[0]
    page = ask(f"/review/{id}")[1].decode()
    form = [("proof", proof), ("act", "confirm"), ("version", re.search(r'name="version" value="(\d+)"', page).group(1))]
    began = time.perf_counter()
    where = ask(f"/documents/{id}/review", form=form)[0]
    times.append(time.perf_counter() - began)
measured("a verdict, and the next document to review", 100, times[5:])

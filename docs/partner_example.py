#!/usr/bin/env python3
"""What a partner does with despacho over HTTP, with Python's standard library alone.

    export DESPACHO=https://labels.example.com DESPACHO_KEY=dsp_...
    python3 partner_example.py labels pick-17 2000012345678901 D-88   # the files go into the folder pick-17
    python3 partner_example.py feed take_out                          # what came into this state since the last time
    python3 partner_example.py shipped truck-17 Starken 2000012345678901=4711
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def call(method, path, body=None, once=None):
    """Sends a request, and sends it again while despacho is away or busy: with the same Idempotency-Key it is done once."""
    headers = {"Authorization": "Bearer " + os.environ["DESPACHO_KEY"], "Accept-Language": "en"}
    if once:
        headers |= {"Idempotency-Key": once, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    for last in [False] * 9 + [True]:
        request = urllib.request.Request(os.environ["DESPACHO"] + "/v1/" + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            again = refused.code in (429, 502, 503, 504) or (refused.code == 409 and "Retry-After" in refused.headers)
            if last or not again:
                raise SystemExit(f"{method} {path}: {refused.code} {refused.read().decode()}") from refused
            time.sleep(int(refused.headers.get("Retry-After", 5)))
        except OSError:  # no connection, or no answer in time
            if last:
                raise
            time.sleep(5)


def pages(path, name):
    """Yields the entries of a list, page by page."""
    cursor = ""
    while cursor is not None:
        page = call("GET", f"{path}?limit=500&cursor={urllib.parse.quote(cursor)}")
        yield from page[name]
        cursor = page.get("next_cursor")


def labels(batch, orders):
    """Has labels made, waits for them, says which orders have none, and keeps the files."""
    request = {"external_batch_id": batch, "orders": [{"order": order} for order in orders], "stock": "4x6in"}
    made = call("POST", "batches?wait=30s", request, once=batch)
    while made["status"] in ("open", "queued", "processing"):
        time.sleep(5)
        made = call("GET", "batches/" + made["id"])
    print(made["status"], made["counts"])
    for order in pages(f"batches/{made['id']}/orders", "orders"):
        if order["outcome"] != "labelled":
            print(order["delivery_order_id"], order["outcome"], order.get("reason_code"), order.get("reason"))
    folder = pathlib.Path(batch)
    folder.mkdir(exist_ok=True)
    for file in call("GET", f"batches/{made['id']}/files")["files"]:
        with urllib.request.urlopen(file["url"], timeout=120) as came:  # the link needs no key
            content = came.read()
        if "sha256" in file and hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise SystemExit(file["name"] + " did not come whole")
        path = folder / pathlib.PurePath(file["name"]).name
        path.write_bytes(content)
        print(path, file["kind"])


def feed(state):
    """Yields the orders that came into a state since the last time. The place is kept once they have been dealt with."""
    place = pathlib.Path(state + ".cursor")
    more = True
    while more:
        cursor = place.read_text() if place.exists() else ""
        page = call("GET", "orders?" + urllib.parse.urlencode({"state": state, "cursor": cursor}))
        yield from page["orders"]
        place.write_text(page["next_cursor"])
        more = page["more"]


def shipped(truck, courier, tracking):
    """Reports orders as shipped, with their tracking numbers, and waits until each is on its channel or is not."""
    rows = [{"order": order, "tracking_number": number} for order, number in tracking]
    change = call("POST", "status-changes", {"to": "shipped", "courier": courier, "rows": rows}, once=truck)
    while change["state"] in ("running", "waiting", "paused"):
        time.sleep(5)
        change = call("GET", "status-changes/" + change["id"])
    for row in pages("status-changes/" + change["id"], "rows"):
        print(row["delivery_order_id"], row["outcome"], row.get("reason_code"), row.get("reason"))


def is_genuine(secret, headers, body):
    """Says whether a webhook comes from despacho and is no more than five minutes old; body is as it came."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    sent_at = headers["webhook-timestamp"]
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = sent_at.isdecimal() and abs(time.time() - int(sent_at)) < 300
    return fresh and any(hmac.compare_digest(mine, one) for one in headers["webhook-signature"].split(" "))


def main(job, *arguments):
    if job == "labels":
        labels(arguments[0], arguments[1:])
    elif job == "feed":
        for order in feed(arguments[0]):
            print(order["delivery_order_id"], order.get("order_number"), order["changed_at"])
    elif job == "shipped":
        shipped(arguments[0], arguments[1], [row.split("=", 1) for row in arguments[2:]])
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])

"""Fills a new server with a small school and messages in their states, by its own interface."""

import json
import os
import time
import urllib.request

URL = os.environ["SCHOOL_URL"]
KEY = os.environ["SCHOOL_KEY"]


def call(method, path, body=None):
    request = urllib.request.Request(
        URL + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait():
    for _ in range(300):
        try:
            return call("GET", "/health/live")
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def directory():
    classes = [
        {"id": n, "nom": nom, "niveau": "6e", "annee_scolaire": "2026-2027"}
        for n, nom in enumerate(["6e A", "6e B", "6e C"], 1)
    ]
    pupils = [
        {"id": n, "nom": f"Martin {n}", "prenom": "Lina", "classe": (n - 1) % 3 + 1}
        for n in range(1, 10)
    ]
    parents = [
        {
            "id": n,
            "nom": f"Martin {n}",
            "prenom": "Zoé",
            # The last can be reached by no channel.
            "telephone": f"06 12 34 56 {n:02}" if n < 9 else "",
            "email": f"parent{n}@exemple.fr" if n < 9 else "",
            "notifications_email": True,
            "etudiants": [n],
        }
        for n in range(1, 10)
    ]
    call("PUT", "/api/annuaire/", {"classes": classes, "etudiants": pupils, "parents": parents})


def messages():
    """Five in each state; none is on its way, because a simulated one has arrived at once."""
    later = {"statut": "programme", "date_programmee": "2036-09-14T08:00:00+02:00"}
    for _ in range(5):
        for canal in ("sms", "email"):
            one = {"type": canal, "contenu": "Réunion jeudi à 18 h.", "parent": 1}
            many = {"type": canal, "contenu": "Fête.", "est_message_groupe": True, "classe": 1}
            call("POST", "/api/messages/", one)
            call("POST", "/api/messages/", one | later)
            call("POST", "/api/messages/", many | later)
            for sent in (one, many, one | {"parent": 9}):
                number = call("POST", "/api/messages/", sent)["id"]
                call("POST", f"/api/messages/{number}/send_now/")
    found = {message["statut"] for message in call("GET", "/api/messages/")}
    assert found == {"brouillon", "programme", "envoye", "echec"}, found


wait()
directory()
messages()

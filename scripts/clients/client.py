"""What a program does with a client that is generated from the document (scripts/clients.sh)."""

import os

from messages_client import AuthenticatedClient
from messages_client.api.annuaire import parents_create
from messages_client.api.messages import (
    messages_create,
    messages_destroy,
    messages_list,
    messages_partial_update,
    messages_retrieve,
    messages_update,
)
from messages_client.models import (
    Detail,
    ErreursChamps,
    Message,
    MessageDetail,
    MessageRequest,
    NewParentRequest,
    Parent,
    PatchedMessage,
    StatutEnum,
    TypeEnum,
)

client = AuthenticatedClient(base_url=os.environ["SCHOOL_URL"], token=os.environ["SCHOOL_KEY"])


def listed():
    found = messages_list.sync(client=client, statut=StatutEnum.BROUILLON, est_message_groupe=False)
    assert isinstance(found, list), found
    return {message.id for message in found}


body = MessageRequest(
    type_=TypeEnum.SMS, contenu="Réunion jeudi à 18 h.", parent=1, est_message_groupe=False
)
written = messages_create.sync(client=client, body=body)
assert isinstance(written, Message) and written.parent == 1, written
number = written.id
assert number in listed()

patched = messages_partial_update.sync(number, client=client, body=PatchedMessage(contenu="À 17 h 30."))
assert isinstance(patched, Message) and patched.contenu == "À 17 h 30.", patched
body = MessageRequest(type_=TypeEnum.EMAIL, contenu="Par e-mail.", sujet="Réunion", parent=2)
replaced = messages_update.sync(number, client=client, body=body)
assert isinstance(replaced, Message) and replaced.sujet == "Réunion", replaced
detail = messages_retrieve.sync(number, client=client)
assert isinstance(detail, MessageDetail) and detail.parent.nom == "Martin 2", detail

wrong = messages_create.sync(client=client, body=MessageRequest(type_=TypeEnum.SMS, contenu="Bonjour."))
assert isinstance(wrong, ErreursChamps) and "parent" in wrong, wrong

assert messages_destroy.sync_detailed(number, client=client).status_code == 204
assert isinstance(messages_retrieve.sync(number, client=client), Detail)
assert number not in listed()

new = NewParentRequest(nom="Diallo", notifications_email=True, etudiants=[1])
parent = parents_create.sync(client=client, body=new)
assert isinstance(parent, Parent) and parent.notifications_email and parent.etudiant == 1, parent
print("Python: created, listed, changed, deleted")

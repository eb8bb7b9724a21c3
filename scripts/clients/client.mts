// What a front end does with types that are generated from the document (scripts/clients.sh).
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.mjs";

declare const process: { env: Record<string, string | undefined> };
type Message = components["schemas"]["Message"];

const api = createClient<paths>({
  baseUrl: process.env["SCHOOL_URL"] ?? "",
  headers: { Authorization: `Bearer ${process.env["SCHOOL_KEY"]}` },
});

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

async function list(): Promise<Message[]> {
  const { data } = await api.GET("/api/messages/", {
    params: { query: { statut: "brouillon", est_message_groupe: false } },
  });
  check(Array.isArray(data), "the list is no list");
  return data;
}

const written = await api.POST("/api/messages/", {
  body: { type: "sms", contenu: "Réunion jeudi à 18 h.", parent: 1, est_message_groupe: false },
});
check(written.response.status === 201 && written.data !== undefined, "not created");
const { id } = written.data;
check((await list()).some((message) => message.id === id && message.parent === 1), "not listed");

const path = { params: { path: { id } } };
const patched = await api.PATCH("/api/messages/{id}/", { ...path, body: { contenu: "À 17 h 30." } });
check(patched.data?.contenu === "À 17 h 30.", "not changed");
const put = await api.PUT("/api/messages/{id}/", {
  ...path,
  body: { type: "email", contenu: "Par e-mail.", sujet: "Réunion", parent: 2 },
});
check(put.data?.type === "email" && put.data.sujet === "Réunion", "not replaced");
const detail = await api.GET("/api/messages/{id}/", path);
check(detail.data?.parent?.nom === "Martin 2", "without its parent");

const wrong = await api.POST("/api/messages/", { body: { type: "sms", contenu: "Bonjour." } });
check(wrong.response.status === 400 && typeof wrong.error === "object", "not refused");
check("parent" in wrong.error, "refused for another reason");

check((await api.DELETE("/api/messages/{id}/", path)).response.status === 204, "not deleted");
const gone = await api.GET("/api/messages/{id}/", path);
check(gone.response.status === 404, "still there");
check(!(await list()).some((message) => message.id === id), "still listed");

const parent = await api.POST("/api/parents/", {
  body: { nom: "Diallo", notifications_email: true, etudiants: [1] },
});
check(parent.data?.notifications_email === true && parent.data.etudiant === 1, "no parent");
console.log("TypeScript: created, listed, changed, deleted");

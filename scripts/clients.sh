#!/usr/bin/env bash
# Clients that others generate from the document: a validator finds nothing wrong with it and its
# examples, the generators of TypeScript and of Python pass over nothing, and what they make creates,
# lists, changes and deletes messages. Starts a server of its own over a small school, where nothing is sent.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/school.sh
. scripts/school.sh
trap stop_school EXIT
validator=openapi-spec-validator==0.9.0
generator=openapi-python-client==0.29.1
node=(openapi-typescript@7.13.0 openapi-fetch@0.17.0 typescript@5.9.3)
tools=$PWD/target/clients

python_tools "$tools/${generator//==/-}" "$validator" "$generator"
PATH=$tools/${generator//==/-}/bin:$PATH
modules=$tools/${node[0]//@/-}
if [ ! -x "$modules/node_modules/.bin/tsc" ]; then
  mkdir -p "$modules"
  npm install --prefix "$modules" --no-save --no-audit --no-fund --silent "${node[@]}"
fi
PATH=$modules/node_modules/.bin:$PATH

start_school
folder=$school_folder
curl -fsS "$SCHOOL_URL/api/schema/" -o "$folder/openapi.json"
openapi-spec-validator "$folder/openapi.json"
python scripts/clients/examples.py "$folder/openapi.json"

cp scripts/clients/client.py "$folder/"
openapi-python-client generate --path "$folder/openapi.json" --meta none \
  --output-path "$folder/messages_client" --fail-on-warning
python "$folder/client.py"

cp scripts/clients/client.mts "$folder/"
ln -s "$modules/node_modules" "$folder/node_modules"
openapi-typescript "$folder/openapi.json" --output "$folder/schema.d.mts"
tsc --strict --noUncheckedIndexedAccess --module nodenext --target es2022 --lib es2022,dom \
  "$folder/client.mts"
node "$folder/client.mjs"
check_school

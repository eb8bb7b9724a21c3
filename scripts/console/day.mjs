// The day of a secretary, in Chromium.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { base, launch, look, open, person, step } from './browser.mjs';

const journal = (name) => readFileSync(process.env[name], 'utf8').split('\n').filter(Boolean).map(JSON.parse);
const numbers = () => journal('SMS_JOURNAL').map((one) => one.body.to).sort();

async function sign_in(page, key = process.env.KEY) {
  await page.goto(`${base}/console/`);
  await page.getByLabel('Votre clé d’accès').fill(key);
  await page.getByRole('button', { name: 'Se connecter' }).click();
}

const text = async (page) => (await page.locator('main').innerText()).replace(/[\u00a0\u202f]/g, ' ');
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const follow = (page, name) => page.getByRole('link', { name }).first().click();

async function says(page, words) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await text(page).catch(() => '')).includes(words)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`« ${words} » is not on ${page.url()}`);
}

const browser = await launch();
try {
  const page = await person(browser);

  step('she signs in with her key');
  await page.goto(`${base}/console/`);
  await look(page, 'connexion');
  await sign_in(page, 'msg_fausse');
  await says(page, 'Cette clé n’est pas valable');
  await look(page, 'connexion-refusee');
  await sign_in(page);
  await says(page, 'Aujourd’hui');
  await look(page, 'aujourdhui-vide');

  step('she writes an SMS to a class, and sees whom it will not reach');
  await follow(page, 'Écrire');
  await look(page, 'ecrire-vide');
  await press(page, 'Programmer');
  await says(page, 'Rien n’est encore enregistré');
  await says(page, 'Choisissez à qui écrire.');
  await look(page, 'ecrire-fautes');
  await page.goto(`${base}/console/messages/`);
  await follow(page, 'Écrire');
  await page.getByRole('button', { name: /^6e A/ }).click();
  await page.getByRole('button', { name: 'Changer' }).and(page.locator(':focus')).waitFor();
  await page.goBack();
  assert.equal(new URL(page.url()).pathname, '/console/messages/', 'back leads to where she came from');
  await page.goForward();
  await page.getByRole('button', { name: /^6e A/ }).click();
  await page.getByLabel('Texte').fill('La fête de l’école aura lieu samedi dans la cour : apportez une boisson.');
  await says(page, '10 parents recevront ce SMS');
  await says(page, '2 parents ne le recevront pas');
  await says(page, 'Awa Parent3');
  await says(page, 'Lettres qui coûtent');
  await look(page, 'ecrire');
  await press(page, 'Les remplacer');
  await page.locator('#contenu', { hasText: 'La fete' }).waitFor();
  assert.match(await page.getByLabel('Texte').inputValue(), /^La fete de l'ecole|^La fete de l'école/);
  await page.getByLabel('Jour').fill('2036-03-03');
  await page.getByLabel('Heure').fill('08:00');
  await says(page, 'Partira lundi 3 mars 2036 à 08:00.');
  await press(page, 'Programmer');
  await says(page, 'C’est programmé.');
  await look(page, 'programme');
  assert.deepEqual(numbers(), []);

  step('it leaves at once, for as many as she was told');
  await follow(page, 'Envoyer maintenant');
  await says(page, '10 parents');
  await look(page, 'confirmer');
  await press(page, 'Envoyer maintenant');
  await says(page, 'envoyé');
  await page.goto(page.url());
  await says(page, 'Familles à appeler (2)');
  await look(page, 'envoye');
  assert.equal(numbers().length, 9, 'one was refused, two are not written to');
  assert.equal(new Set(numbers()).size, 9);

  step('she prints the list of those to telephone');
  await follow(page, 'Familles à appeler');
  await says(page, 'Parent2');
  await says(page, 'Parent3');
  await look(page, 'non-atteints');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('button', { name: 'Imprimer' }).isVisible(), false);
  const paper = await page.pdf({ preferCSSPageSize: true });
  assert(paper.length > 5000 && /\/MediaBox \[0 0 (594|595|596)/.test(paper.toString('latin1')), 'A4');
  await page.emulateMedia({ media: null });
  const [table] = await Promise.all([page.waitForEvent('download'), follow(page, 'Pour un tableur')]);
  assert.match(readFileSync(await table.path(), 'utf8'), /Parent3/);

  step('she sends it again to the one who was refused');
  await follow(page, 'Revenir au message');
  await follow(page, 'Renvoyer à ceux qui n’ont rien reçu');
  await says(page, '1 envoi en échec.');
  await page.getByRole('button', { name: 'Renvoyer à 1' }).click();
  await says(page, 'Fait.');
  await page.goto(page.url());
  assert.equal(numbers().length, 10);
  assert(numbers().includes('+33612001002'));

  step('an e-mail with a layout, found again in the list, changed, put away');
  await follow(page, 'Écrire');
  await page.getByLabel('Classe, ou nom d’un parent ou d’un élève').fill('élève7');
  await press(page, 'Chercher');
  await page.getByRole('button', { name: /Awa Parent7/ }).click();
  await page.getByRole('radio', { name: 'e-mail' }).check();
  await page.getByLabel('Objet').fill('<script>alert(2)</script> Réunion');
  await page.getByLabel('Texte').fill('Bonjour **à tous**,\n\n- jeudi\n- <img src=x onerror=alert(3)>');
  await page.getByLabel('Mise en forme').check();
  await says(page, 'L’e-mail tel qu’il se présentera');
  assert.equal(await page.frameLocator('iframe').locator('strong').innerText(), 'à tous');
  await look(page, 'ecrire-email');
  await press(page, 'Enregistrer le brouillon');
  await says(page, 'Le brouillon est enregistré.');
  await look(page, 'brouillon');
  const menu = { name: 'Menu d’été.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 essai') };
  await page.getByLabel('Joindre un fichier').setInputFiles(menu);
  await says(page, 'Le fichier est joint.');
  await page.getByLabel('Joindre un fichier').setInputFiles({ ...menu, name: 'facture.pdf.exe' });
  await says(page, 'Attention.');
  await look(page, 'piece-jointe');
  const [saved] = await Promise.all([page.waitForEvent('download'), follow(page, 'Menu d’été.pdf')]);
  assert.equal(readFileSync(await saved.path(), 'utf8'), '%PDF-1.7 essai');
  await page.getByRole('button', { name: /^Retirer/ }).click();
  await says(page, 'Le fichier est retiré.');
  await page.getByRole('navigation', { name: 'Navigation principale' }).getByRole('link', { name: 'Messages' }).click();
  await page.getByLabel('Mots').fill('réunion');
  await press(page, 'Chercher');
  await says(page, '1 message');
  await look(page, 'messages');
  await follow(page, 'Réunion');
  await follow(page, 'Supprimer');
  await look(page, 'supprimer');
  await press(page, 'Supprimer');
  await says(page, 'Le message est supprimé.');
  await open(page, '/console/', 'aujourdhui');
  await says(page, 'Derniers traitements');

  step('a name that is a trap is a name');
  await open(page, '/console/messages/nouveau/?parent=5', 'ecrire-piege');
  await says(page, '<img src=x onerror=alert(1)>');

  step('she looks a family up, mends its number, and sees what it was sent');
  await page.getByRole('navigation', { name: 'Navigation principale' }).getByRole('link', { name: 'Annuaire' }).click();
  await look(page, 'annuaire');
  await page.getByLabel('Nom d’un parent ou d’un enfant, numéro, e-mail').fill('06 12 00 1002');
  await press(page, 'Chercher');
  await says(page, '1 parent');
  await follow(page, 'Parent2');
  await says(page, 'La fete de l');
  await page.getByLabel('Téléphone').fill('06 12');
  await press(page, 'Enregistrer');
  await look(page, 'parent-faute');
  await page.getByLabel('Téléphone').fill('06 12 00 10 02');
  await press(page, 'Enregistrer');
  await says(page, 'Les coordonnées sont enregistrées.');
  await look(page, 'parent');
  await follow(page, 'Effacer ce parent');
  await look(page, 'effacer');
  await follow(page, 'Non, revenir');
  await open(page, '/console/annuaire/?joignable=non', 'annuaire-a-corriger');
  await open(page, '/console/parents/5/', 'parent-piege');
  await follow(page, 'Classes');
  await look(page, 'classes');

  step('she tries a file, which stays chosen, and imports it');
  await follow(page, 'Importer');
  await look(page, 'import');
  const file = (name, lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(`parent_id;nom;telephone;etudiant_id;etudiant_nom;classe\n${lines}`) });
  await page.getByLabel('Le fichier', { exact: true }).setInputFiles(file('ecole.csv', '1;Parent1;0123456789;1;Élève1;6e A\n90;<b>Neuve</b>;06 12 00 10 90;90;Élève90;6e A\n'));
  await press(page, 'Essayer, sans rien changer');
  await says(page, 'rien n’est encore importé');
  await says(page, '23 parents ne sont pas dans ce fichier (sur 24)');
  await look(page, 'import-essai');
  // Whoever presses twice within four seconds is taken to have done so by mistake.
  await page.waitForTimeout(4000);
  await press(page, 'Importer');
  await says(page, '2 parents importés, 1 ajouté, 1 modifié.');

  step('a big message is followed while it leaves');
  await open(page, '/console/messages/nouveau/?classe=2', 'ecrire-classe');
  await page.getByLabel('Texte').fill('Bonjour');
  await press(page, 'Enregistrer le brouillon');
  await follow(page, 'Envoyer maintenant');
  await press(page, 'Envoyer maintenant');
  await says(page, 'envoyé');
  assert.equal(numbers().length, 22);

  step('without scripts everything can be done');
  const plain = await person(browser, { javaScriptEnabled: false });
  await sign_in(plain);
  await plain.goto(`${base}/console/messages/nouveau/`);
  await plain.getByRole('button', { name: 'Tous les parents' }).click();
  await plain.getByLabel('Texte').fill('Sans script');
  await plain.getByRole('button', { name: 'Mettre l’aperçu à jour' }).click();
  await says(plain, '22 parents recevront ce SMS');
  await plain.getByLabel('Jour').fill('2036-04-01');
  await plain.getByLabel('Heure').fill('07:30');
  await press(plain, 'Programmer');
  await says(plain, 'mardi 1er avril 2036 à 07:30');
  await press(plain, 'Déprogrammer');
  await says(plain, 'brouillon');
  assert.deepEqual(plain.faults, []);

  step('the web application opens the console with its own token');
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ token_type: 'access', exp: 4102444800, iat: 1, jti: 'x', user_id: 12 })}`;
  const token = `${head}.${createHmac('sha256', process.env.JWT_SIGNING_KEY).update(head).digest('base64url')}`;
  const other = await person(browser);
  await other.goto(`${base}/console/connexion/?suite=/console/messages/#jeton=${token}`);
  await other.waitForURL(`${base}/console/messages/`);
  assert(!other.url().includes('jeton'));

  step('the calendar, and an address for another one');
  await open(page, '/console/calendrier/?mois=2036-04', 'calendrier-mois');
  await says(page, '07:30');
  await open(page, '/console/calendrier/?semaine=2036-W14', 'calendrier-semaine');
  await press(page, 'Créer une adresse');
  await look(page, 'agenda');
  const feed = await page.request.fetch((await page.locator('code.key').innerText()).trim());
  assert.equal(feed.status(), 200);
  assert.match(await feed.text(), /^BEGIN:VCALENDAR\r\n/);
  await open(page, '/console/calendrier/?mois=2031-01', 'calendrier-vide');

  step('the administrator makes a key, looks whether all works and who did what');
  await open(page, '/console/cles/', 'cles');
  await page.getByLabel('Pour qui ou pour quoi').fill('Cantine');
  await page.getByLabel(/lecture/).check();
  await press(page, 'Créer la clé');
  await says(page, 'La clé est créée');
  await look(page, 'cle-nouvelle');
  await follow(page, 'Révoquer Cantine');
  await look(page, 'cle-revoquer');
  await press(page, 'Révoquer');
  await says(page, 'est révoquée');
  await open(page, '/console/reglages/', 'reglages');
  await open(page, '/console/controle/', 'controle');
  await press(page, 'Vérifier la base');
  await says(page, 'tout va bien');
  await press(page, 'Vérifier les réglages');
  await says(page, 'Tables : à jour');
  await look(page, 'controle-fait');
  await open(page, '/console/historique/', 'historique');
  await says(page, 'révoqué');

  step('she signs out, and a cookie that was stolen is worth nothing');
  const cookies = await page.context().cookies();
  assert(cookies.every((one) => one.httpOnly && one.sameSite === 'Strict'));
  const thief = await person(browser);
  await thief.context().addCookies(cookies);
  await thief.goto(`${base}/console/`);
  await says(thief, 'Aujourd’hui');
  await page.goto(`${base}/console/`);
  await press(page, 'Se déconnecter');
  await thief.goto(`${base}/console/`);
  assert(thief.url().includes('/console/connexion/'));

  step('a form of another site does nothing');
  const before = (await text(other)).match(/\d+ messages?/)[0];
  const evil = await person(browser, { storageState: await other.context().storageState() });
  evil.faults = { push() {} };
  await evil.route('https://mechant.example/', (route) => route.fulfill({ contentType: 'text/html', body: `<form method="post" action="${base}/console/messages/nouveau/"><input name="geste" value="brouillon"><input name="cible" value="tous"><input name="contenu" value="x"></form>` }));
  await evil.goto('https://mechant.example/');
  const [answer] = await Promise.all([evil.waitForNavigation(), evil.evaluate(() => document.forms[0].submit())]);
  assert([401, 403].includes(answer.status()), `${answer.status()}`);
  await other.goto(`${base}/console/messages/`);
  assert.equal((await text(other)).match(/\d+ messages?/)[0], before);
} catch (error) {
  for (const context of browser.contexts()) {
    for (const one of context.pages()) console.error(`\n-- ${one.url()}\n${await text(one).catch(() => '')}`);
  }
  throw error;
} finally {
  await browser.close();
}

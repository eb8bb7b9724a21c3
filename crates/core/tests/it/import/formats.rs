//! Files of other programs, as they write them.

use super::{class, import_bytes, parents, try_import};
use crate::harness::School;
use messages_core::import::{Format, Imported, Options, Source};
use messages_testing::db::Database;
use std::path::Path;

/// A folder with these files, taken over by the name of one of them, or whole.
fn import_files(school: &School<'_>, files: &[(&str, &[u8])], named: &str) -> Imported {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = folder.path().join(Path::new(named));
    try_import(school, &Source::read(&path).unwrap(), Options::default()).unwrap()
}

#[test]
fn contacts_of_google_are_read_with_labels_as_classes() {
    let database = Database::sqlite();
    let school = School::new(&database);
    let imported = import_bytes(
        &school,
        "First Name,Middle Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n\
         Awa,,Traoré,6e A ::: * myContacts,* ,awa@exemple.example,Mobile,+33 6 12 34 56 01 ::: 01 02\n\
         Jean,,Dupont,* myContacts,,,,0612345602\n",
    );
    assert_eq!(imported.format, Format::Google);
    assert_eq!(
        parents(&school),
        [
            "1|Traoré|Awa|+33 6 12 34 56 01|awa@exemple.example|oui|non",
            "2|Dupont|Jean|0612345602||oui|non",
        ]
    );
    assert_eq!(class(&school, "6e A"), ["Traoré"]);
}

const RESPONSABLES: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>\n<BEE_RESPONSABLES VERSION=\"1\"><DONNEES>\n<PERSONNES>\n\
    <PERSONNE PERSONNE_ID=\"70\">\n<NOM_DE_FAMILLE>TRAOR\u{e9}</NOM_DE_FAMILLE><PRENOM>Awa</PRENOM><TEL_PERSONNEL>0145678901</TEL_PERSONNEL><TEL_PORTABLE>0612345601</TEL_PORTABLE><MEL>awa@exemple.example</MEL><ACCEPTE_SMS>1</ACCEPTE_SMS></PERSONNE>\n\
    <PERSONNE PERSONNE_ID=\"71\"><NOM_DE_FAMILLE>D&amp;D</NOM_DE_FAMILLE><PRENOM>Jean</PRENOM><TEL_PERSONNEL>0612345602</TEL_PERSONNEL><TEL_PORTABLE/><ACCEPTE_SMS>0</ACCEPTE_SMS></PERSONNE>\n\
    </PERSONNES><RESPONSABLES><RESPONSABLE_ELEVE><ELEVE_ID>9</ELEVE_ID><PERSONNE_ID>70</PERSONNE_ID></RESPONSABLE_ELEVE>\n\
    <RESPONSABLE_ELEVE><ELEVE_ID>9</ELEVE_ID><PERSONNE_ID>71</PERSONNE_ID></RESPONSABLE_ELEVE></RESPONSABLES></DONNEES></BEE_RESPONSABLES>";
const ELEVES: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?>\n<BEE_ELEVES><PARAMETRES><ANNEE_SCOLAIRE>2026</ANNEE_SCOLAIRE></PARAMETRES><DONNEES><ELEVES>\
    <ELEVE ELEVE_ID=\"9\" ELENOET=\"1\"><NOM_DE_FAMILLE>TRAORE</NOM_DE_FAMILLE><PRENOM>Issa</PRENOM></ELEVE></ELEVES>\
    <STRUCTURES><STRUCTURES_ELEVE ELEVE_ID=\"9\"><STRUCTURE><CODE_STRUCTURE>6AGR1</CODE_STRUCTURE><TYPE_STRUCTURE>G</TYPE_STRUCTURE></STRUCTURE>\
    <STRUCTURE><CODE_STRUCTURE>6A</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE></STRUCTURES></DONNEES></BEE_ELEVES>";

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

#[test]
fn siecle_is_read_with_the_pupils_beside_it() {
    let database = Database::sqlite();
    let school = School::new(&database);
    let (responsables, eleves) = (latin(RESPONSABLES), latin(ELEVES));
    let files = [
        ("ResponsablesAvecAdresses.xml", responsables.as_slice()),
        ("ElevesAvecAdresses.xml", eleves.as_slice()),
    ];
    for named in ["ResponsablesAvecAdresses.xml", ""] {
        let imported = import_files(&school, &files, named);
        assert_eq!(imported.format, Format::Siecle);
        assert_eq!(imported.remarques, []);
        assert_eq!(
            parents(&school),
            [
                "1|TRAORé|Awa|0612345601|awa@exemple.example|oui|non",
                "2|D&D|Jean|0612345602||non|non",
            ]
        );
        assert_eq!(class(&school, "6A"), ["D&D", "TRAORé"]);
        assert_eq!(school.count("parents", "identifiant IN ('70', '71')"), 2);
        assert_eq!(school.count("classes", "annee_scolaire = '2026-2027'"), 1);
    }
}

#[test]
fn onde_is_joined_by_name_and_class() {
    let database = Database::sqlite();
    let school = School::new(&database);
    let eleves = latin(
        "Nom \u{e9}l\u{e8}ve;Nom d'usage \u{e9}l\u{e8}ve;Pr\u{e9}nom \u{e9}l\u{e8}ve;Date naissance;INE;Cycle;Niveau;Libell\u{e9} classe;Identifiant classe\n\
         MARTIN;;L\u{e9}o;01/01/2019;111A;II;CE2;Classe de M Machin;99999\nMARTIN;;L\u{e9}a;01/01/2020;112A;II;CE1;Classe de M Truc;99998\n",
    );
    let responsables = latin(
        "Civilit\u{e9} Responsable;Nom usage responsable;Nom responsable;Pr\u{e9}nom responsable;Courriel;T\u{e9}l\u{e9}phone domicile;T\u{e9}l\u{e9}phone portable;Nom d'usage enfant;Nom de famille enfant;Pr\u{e9}nom enfant;Classes enfants;Nom d'usage enfant;Nom de famille enfant;Pr\u{e9}nom enfant;Classes enfants\n\
         M.;;MARTIN;Jean;jean@exemple.example;0145678901;0612345601;;MARTIN;L\u{e9}o;CLASSE CE2;;MARTIN;L\u{e9}a;CLASSE CE1\n\
         MME;;MARTINO;Janine;;0612345602;;;MARTIN;L\u{e9}a;CLASSE CE1;;;;\n",
    );
    let files = [
        ("responsables.csv", responsables.as_slice()),
        ("eleves.csv", eleves.as_slice()),
    ];
    let imported = import_files(&school, &files, "responsables.csv");
    assert_eq!(
        (imported.format, imported.remarques.len()),
        (Format::Onde, 0)
    );
    assert_eq!(
        parents(&school),
        [
            "1|MARTIN|Jean|0612345601|jean@exemple.example|oui|non",
            "2|MARTINO|Janine|0612345602||oui|non",
        ]
    );
    assert_eq!(class(&school, "Classe de M Machin"), ["MARTIN"]);
    assert_eq!(class(&school, "Classe de M Truc"), ["MARTIN", "MARTINO"]);
    assert_eq!(
        school.count("etudiants", "identifiant IN ('111A', '112A')"),
        2
    );
    assert_eq!(
        school.count("classes", "identifiant IN ('99998', '99999')"),
        2
    );
}

#[test]
fn oneroster_is_read_from_its_folder() {
    let database = Database::sqlite();
    let school = School::new(&database);
    let users = "sourcedId,status,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,sms,phone,agentSourcedIds\n\
        s1,,true,o,student,issa,Issa,Traoré,,,,\"p1,p2\"\ns2,,true,o,student,zoe,Zoé,Dupont,,,,\n\
        p1,,true,o,parent,awa,Awa,Traoré,awa@exemple.example,0612345601,,\np2,,true,o,guardian,ali,Ali,Traoré,,,0612345602,\n\
        p3,,true,o,parent,jean,Jean,Dupont,,0612345603,,s2\np4,tobedeleted,true,o,parent,x,X,X,,,,s2\nt1,,true,o,teacher,t,T,T,,,,\n";
    let classes = "sourcedId,status,title,classType\nc1,,6e A,homeroom\nc2,,Latin,scheduled\n";
    let enrollments = "sourcedId,status,classSourcedId,userSourcedId,role\ne1,,c2,s1,student\ne2,,c1,s1,student\ne3,,c2,s2,student\ne4,,c1,t1,teacher\n";
    let files = [
        ("users.csv", users.as_bytes()),
        ("classes.csv", classes.as_bytes()),
        ("enrollments.csv", enrollments.as_bytes()),
        ("demographics.csv", b"sourcedId,birthDate\ns1,2015-01-01\n"),
    ];
    let imported = import_files(&school, &files, "");
    assert_eq!((imported.format, imported.parents), (Format::Oneroster, 3));
    assert_eq!(class(&school, "6e A"), ["Traoré"]);
    assert_eq!(class(&school, "Latin"), ["Dupont"]);
    assert_eq!(
        school.count("parents", "identifiant = 'p2' AND telephone = '0612345602'"),
        1
    );
    assert_eq!(school.count("parents", "nom = 'X' OR nom = 'T'"), 0);
}

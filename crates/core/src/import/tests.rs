use super::*;

const HEAD: &str = "parent_id,nom,prenom,telephone,email,notifications_sms,notifications_email,etudiant_id,etudiant_nom,etudiant_prenom,classe_id,classe\n";

fn read_text(text: &str) -> Result<Annuaire, Vec<String>> {
    read(text.as_bytes(), &BTreeSet::from([9]), &BTreeSet::new())
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn faults(lines: &str) -> Vec<String> {
    read_text(&format!("{HEAD}{lines}")).unwrap_err()
}

#[test]
fn two_children_of_one_parent_are_two_lines() {
    let lines = "1,Traoré,Awa,+2250707070707,awa@example.org,oui,non,5,Traoré,Issa,1,6e A\n\
                 1,Traoré,Awa,+2250707070707,awa@example.org,oui,non,6,Traoré,Zoé,2,CM2\n";
    let directory = read_text(&format!("{HEAD}{lines}")).unwrap();
    assert_eq!(
        (
            directory.parents.len(),
            directory.etudiants.len(),
            directory.classes.len()
        ),
        (1, 2, 2)
    );
    assert_eq!(
        directory
            .liens
            .iter()
            .map(|l| (l.etudiant, l.rang))
            .collect::<Vec<_>>(),
        [(5, 0), (6, 1)]
    );
    assert!(directory.parents[0].notifications_sms && !directory.parents[0].notifications_email);
}

#[test]
fn excel_files_are_read() {
    let semicolons = format!("\u{feff}{HEAD}1,Traoré,Awa,,,,,5,T,,1,6e A\n").replace(',', ";");
    assert_eq!(read_text(&semicolons).unwrap().parents[0].nom, "Traoré");
    let mut latin: Vec<u8> = format!("{HEAD}1,Traor").into_bytes();
    latin.extend(b"\xe9,Awa,,,,,5,T,,1,6e A\n");
    let directory = read(&latin, &BTreeSet::new(), &BTreeSet::new()).unwrap();
    assert_eq!(directory.parents[0].nom, "Traoré");
}

#[test]
fn every_fault_is_told_with_line_and_column() {
    assert_eq!(
        faults(
            "1,Traoré,Awa,,,peut-être,,5,T,I,1,6e A\n\
             x,Traoré,Awa,,,,,5,T,I,1,6e A\n\
             3,Dupont,Jean,,,,,7,D,Z,8,\n\
             4,,Jean,,,,,8,D,Z,9,\n\
             5,Dupont,Jean,,,,,9,,Z,1,6e B\n"
        ),
        [
            "ligne 2, colonne notifications_sms : il faut oui ou non",
            "ligne 3, colonne parent_id : il faut un numéro",
            "ligne 4, colonne classe_id : classe 8 inconnue, et sans nom",
            "ligne 5, colonne nom : manque, et le parent est inconnu",
            "ligne 6, colonne classe : différent de la ligne 2 pour la même classe 1",
            "ligne 6, colonne etudiant_nom : manque",
        ]
    );
}

#[test]
fn lines_that_contradict_each_other_are_told() {
    assert_eq!(
        faults("1,T,A,0612345678,,,,5,T,I,1,6e A\n1,T,A,0698765432,,,,6,T,Z,1,6e A\n"),
        ["ligne 3, colonne telephone : différent de la ligne 2 pour le même parent 1"]
    );
}

#[test]
fn missing_unknown_and_ragged_columns_are_told() {
    assert_eq!(
        read_text("parent_id,nom,surnom\n").unwrap_err()[..2],
        [
            "ligne 1, colonne surnom : colonne inconnue",
            "ligne 1, colonne etudiant_id : colonne absente"
        ]
    );
    assert_eq!(faults("1,2\n"), ["ligne 2 : 2 valeurs au lieu de 12"]);
    assert_eq!(faults(""), ["ligne 1 : le fichier n'a pas de ligne"]);
}

/**
 * Words that are part of many German compounds, without umlauts. With them, "Lieferroboter" is split even if the archive
 * has none of its parts as a word.
 */
const COMMON = new Set(
  `abend abfall abstimmung alarm alltag alpen alter amt anbau angebot angriff antenne antrag anwalt apfel apotheke arbeit
  arzt ast asyl atom auftrag auge ausbau ausweis auto bad bahn bahnhof ball band bank bau bauer baum beamter bein berg
  bericht beruf bett bewegung bezirk bier bild bildung bio blatt blick blitz block blume blut boden bogen boot boss brand
  brief brot brucke buch buhne bund bundes burg burger buro bus butter chef chor computer dach dampf demo dienst
  dorf drama druck dusche ecke ehe eis eisen elektro eltern energie ernte erfolg ersatz europa fabrik fach fahne fahrer
  fahr fahrt fahrzeug fall familie farbe feier feind feld fenster ferien fern fernseh fest feuer feuerwehr film finanz
  firma fisch flasche fleisch flieger flucht flug flughafen fluss form forschung foto frage frau freiheit freund
  frieden frist frucht fuhrer fuss fussball garten gas gast gebaude gebiet gebuhr gefahr gegner geist geld gemeinde
  gemuse gericht geschaft geschichte gesellschaft gesetz gesicht gesprach gesundheit gewalt gewitter gewerkschaft gift
  glas gold grad grenze gruppe gurtel hafen halle haus hand handel handy hauptstadt haupt heim heizung held herbst herz
  hilfe hitze hochschule hof holz hotel hund hutte industrie initiative insel instrument jahr jubilaum jugend kabel
  kaffee kamera kammer kampf kandidat kanton kantons karte kasse kase kauf kern kette kind kinder kino kirche kiste
  klasse kleid klima klub kohle koch kommission konferenz konflikt konto konzern konzert kontrolle kopf kosten kraft
  kranken krankheit krieg krise kritik kuche kuchen kuh kultur kunde kunst kurs kurier kuste laden lager land landes
  landwirtschaft lauf leben lehrer lehre leitung leugner lexikon licht liebe lied liefer liga linie liste lohn luft
  macht madchen maler mangel mann markt maschine masse material maus mauer medien medizin meer mehrheit meister melder
  mensch messe messer metall miet miete mieter milch million minister mittel mobil model mond motor muhle musik museum
  mutter nacht nachricht name natur nebel netz norden not note nummer oper opfer ort ost palast panne papier park
  parlament partei partner pass patient pause person personal pferd pflanze pflege pflicht pilz plan planet platz
  politik polizei post prasident preis presse programm projekt protest prozess prufung punkt quartier quelle rad radio
  rat raum rechnung recht rede reform regel regen region regierung reihe reis reise rekord rente rentner rettung
  revolution richter riese roboter rock rolle rot ruckgang ruf sache saison salz sanger sand satz schaden schalter
  schau schein schiff schlaf schlag schloss schluss schmier schnee schule schuler schutz schwimm see seil seite sender
  serie sicherheit sieg sitz sitzung ski sohn soldat sommer sonne spiel spieler spital sport sprache staat stadt
  stadion stahl stall stand start station stein stelle stern steuer stimm stimme stoff strafe strahl strand strasse
  strategie strecke streik streit strom stube stuck studie studium stuhl sturm suche sud system szene tag tal tasche
  tat tee teil telefon termin test text theater thema tier tochter tod ton tor tourismus trager trainer transport
  traum treffen treff trend treppe trink tunnel tur turm ufer uhr umwelt unfall uni universitat unternehmen
  unterricht unterschrift urlaub ursache urteil vater velo verband verbot verein verfahren verhandlung verkauf verkehr
  vermogen versicherung versuch vertrag verwaltung vieh video vogel volk volks wache waffe wagen wahl wahler wald wand
  wandel wander ware warme wasser weg wein welle welt werbung werk wert wesen westen wetter wettbewerb wind winter
  wirtschaft wissen woche wohn wohnung wolf wolke wort zahl zahn zeichen zeit zeitung zelle zelt zentrum zeuge ziel
  zimmer zins zoll zone zoo zucker zug zukunft zusatz zweck zwiebel`.split(/\s+/),
);

/** Whether a piece of a word is one of them in exactly this form. */
export const isCommonForm = (piece: string): boolean => COMMON.has(piece);

/** Whether a piece of a word is one of them, in this form or with a joining or inflectional ending. */
export const isCommon = (piece: string): boolean =>
  COMMON.has(piece) ||
  ENDINGS.some((ending) => piece.endsWith(ending) && COMMON.has(piece.slice(0, -ending.length)));

const ENDINGS = ['s', 'es', 'n', 'en', 'e', 'er', 'ern'];

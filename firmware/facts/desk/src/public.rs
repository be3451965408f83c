//! The public lists of the iptv-org project: free channels, sorted by what people look for.
//!
//! `iptv-org:countries/us` stands for the address of one of them. The tables are those of the
//! project's own documentation (PLAYLISTS.md), one line for each list: its code and its name.

/// In front of the name of a list, in place of an address.
const SCHEME: &str = "iptv-org:";
/// Where all of them lie.
const BASE: &str = "https://iptv-org.github.io/iptv/";

/// Lists of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Shelf {
    /// Its name in an address: `countries`.
    pub name: &'static str,
    lines: &'static str,
}

/// One list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicList {
    /// What is written as the address of a source.
    pub url: String,
    /// What it holds, for people.
    pub name: &'static str,
}

/// There is no such list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is none of the public lists: iptv-org:index, iptv-org:countries/us, iptv-org:categories/news or iptv-org:languages/eng; all of them are listed at /api/v1/sources/public"
)]
pub struct UnknownList(String);

/// All shelves. The list of everything lies on none of them: see [`everything`].
pub const SHELVES: [Shelf; 3] = [
    Shelf {
        name: "countries",
        lines: COUNTRIES,
    },
    Shelf {
        name: "categories",
        lines: CATEGORIES,
    },
    Shelf {
        name: "languages",
        lines: LANGUAGES,
    },
];

/// All channels in one list.
#[must_use]
pub fn everything() -> PublicList {
    PublicList {
        url: format!("{SCHEME}index"),
        name: "All channels",
    }
}

impl Shelf {
    /// What lies on it.
    pub fn lists(self) -> impl Iterator<Item = PublicList> {
        self.rows().map(move |(code, name)| PublicList {
            url: format!("{SCHEME}{}/{code}", self.name),
            name,
        })
    }

    fn rows(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lines.lines().filter_map(|line| line.split_once(' '))
    }
}

/// The address behind `iptv-org:…`; `None` for what is written otherwise.
#[must_use]
pub fn address(url: &str) -> Option<Result<String, UnknownList>> {
    let list = url.trim().strip_prefix(SCHEME)?;
    let is_known = list == "index"
        || SHELVES.iter().any(|shelf| {
            let code = list.strip_prefix(shelf.name);
            let code = code.and_then(|rest| rest.strip_prefix('/'));
            code.is_some_and(|code| shelf.rows().any(|(known, _)| known == code))
        });
    Some(if is_known {
        Ok(format!("{BASE}{list}.m3u"))
    } else {
        // Short enough to be shown, whatever was written.
        Err(UnknownList(list.chars().take(32).collect()))
    })
}

const CATEGORIES: &str = "\
animation Animation
auto Auto
business Business
classic Classic
comedy Comedy
cooking Cooking
culture Culture
documentary Documentary
education Education
entertainment Entertainment
family Family
general General
kids Kids
legislative Legislative
lifestyle Lifestyle
movies Movies
music Music
news News
outdoor Outdoor
public Public
relax Relax
religious Religious
science Science
series Series
shop Shop
sports Sports
travel Travel
weather Weather";

const LANGUAGES: &str = "\
ara Arabic
ben Bengali
bul Bulgarian
cat Catalan
ces Czech
dan Danish
deu German
ell Greek
eng English
est Estonian
fas Persian
fin Finnish
fra French
heb Hebrew
hin Hindi
hrv Croatian
hun Hungarian
ind Indonesian
ita Italian
jpn Japanese
kat Georgian
kaz Kazakh
kor Korean
kur Kurdish
lav Latvian
lit Lithuanian
mkd Macedonian
msa Malay
nld Dutch
nor Norwegian
pan Panjabi
pol Polish
por Portuguese
ron Romanian
rus Russian
slk Slovak
slv Slovenian
spa Spanish
sqi Albanian
srp Serbian
swe Swedish
tam Tamil
tel Telugu
tha Thai
tur Turkish
ukr Ukrainian
urd Urdu
vie Vietnamese
zho Chinese";

const COUNTRIES: &str = "\
ad Andorra
ae United Arab Emirates
af Afghanistan
al Albania
am Armenia
ao Angola
ar Argentina
at Austria
au Australia
aw Aruba
az Azerbaijan
ba Bosnia and Herzegovina
bb Barbados
bd Bangladesh
be Belgium
bf Burkina Faso
bg Bulgaria
bh Bahrain
bj Benin
bn Brunei
bo Bolivia
bq Bonaire
br Brazil
bs Bahamas
bw Botswana
by Belarus
ca Canada
cd Democratic Republic of the Congo
cg Republic of the Congo
ch Switzerland
ci Ivory Coast
cl Chile
cm Cameroon
cn China
co Colombia
cr Costa Rica
cu Cuba
cv Cape Verde
cw Curacao
cy Cyprus
cz Czech Republic
de Germany
dj Djibouti
dk Denmark
do Dominican Republic
dz Algeria
ec Ecuador
ee Estonia
eg Egypt
er Eritrea
es Spain
et Ethiopia
fi Finland
fo Faroe Islands
fr France
ga Gabon
ge Georgia
gf French Guiana
gh Ghana
gm Gambia
gn Guinea
gp Guadeloupe
gq Equatorial Guinea
gr Greece
gt Guatemala
gu Guam
gy Guyana
hk Hong Kong
hn Honduras
hr Croatia
ht Haiti
hu Hungary
id Indonesia
ie Ireland
il Israel
in India
iq Iraq
ir Iran
is Iceland
it Italy
jm Jamaica
jo Jordan
jp Japan
ke Kenya
kg Kyrgyzstan
kh Cambodia
km Comoros
kn Saint Kitts and Nevis
kp North Korea
kr South Korea
kw Kuwait
kz Kazakhstan
la Laos
lb Lebanon
lc Saint Lucia
li Liechtenstein
lk Sri Lanka
lt Lithuania
lu Luxembourg
lv Latvia
ly Libya
ma Morocco
mc Monaco
md Moldova
me Montenegro
mg Madagascar
mk North Macedonia
ml Mali
mm Myanmar
mn Mongolia
mo Macao
mq Martinique
mr Mauritania
mt Malta
mu Mauritius
mv Maldives
mw Malawi
mx Mexico
my Malaysia
mz Mozambique
na Namibia
ne Niger
ng Nigeria
ni Nicaragua
nl Netherlands
no Norway
np Nepal
nz New Zealand
om Oman
pa Panama
pe Peru
pf French Polynesia
pg Papua New Guinea
ph Philippines
pk Pakistan
pl Poland
pr Puerto Rico
ps Palestine
pt Portugal
py Paraguay
qa Qatar
re Reunion
ro Romania
rs Serbia
ru Russia
rw Rwanda
sa Saudi Arabia
sd Sudan
se Sweden
sg Singapore
si Slovenia
sk Slovakia
sl Sierra Leone
sm San Marino
sn Senegal
so Somalia
sr Suriname
sv El Salvador
sy Syria
td Chad
tg Togo
th Thailand
tj Tajikistan
tm Turkmenistan
tn Tunisia
tr Turkey
tt Trinidad and Tobago
tw Taiwan
tz Tanzania
ua Ukraine
ug Uganda
uk United Kingdom
us United States
uy Uruguay
uz Uzbekistan
va Vatican City
ve Venezuela
vi U.S. Virgin Islands
vn Vietnam
ws Samoa
xk Kosovo
ye Yemen
yt Mayotte
za South Africa
zm Zambia
zw Zimbabwe";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_addresses() {
        for (url, address_of) in [
            (
                "iptv-org:index",
                "https://iptv-org.github.io/iptv/index.m3u",
            ),
            (
                " iptv-org:countries/us",
                "https://iptv-org.github.io/iptv/countries/us.m3u",
            ),
            (
                "iptv-org:categories/news",
                "https://iptv-org.github.io/iptv/categories/news.m3u",
            ),
            (
                "iptv-org:languages/deu",
                "https://iptv-org.github.io/iptv/languages/deu.m3u",
            ),
        ] {
            assert_eq!(address(url), Some(Ok(address_of.to_owned())), "{url}");
        }
        for url in [
            "iptv-org:",
            "iptv-org:countries",
            "iptv-org:countries/us/..",
            "iptv-org:countries/zz",
        ] {
            let error = address(url).unwrap().unwrap_err().to_string();
            assert!(error.contains("iptv-org:countries/us"), "{error}");
        }
        assert_eq!(address("http://h/"), None);
    }

    #[test]
    fn every_list_is_found_by_what_is_offered() {
        for shelf in SHELVES {
            let mut codes: Vec<_> = shelf.rows().map(|(code, _)| code).collect();
            assert!(codes.len() > 20 && codes.is_sorted(), "{}", shelf.name);
            codes.dedup();
            assert_eq!(codes.len(), shelf.lists().count());
            for list in shelf.lists() {
                assert!(matches!(address(&list.url), Some(Ok(_))), "{}", list.url);
            }
        }
        assert!(matches!(address(&everything().url), Some(Ok(_))));
    }
}

package icalendar

import (
	"strings"
	"sync"
)

// windowsZones maps the names of Windows to those of IANA; the facts are those of CLDR's windowsZones (territory 001). Keys are lower case.
var windowsZones = pairs(windowsList)

// windowsNames is the way back: of several names of Windows for one of IANA the first that is listed.
var windowsNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for l := range strings.Lines(windowsList) {
		if k, v, ok := strings.Cut(strings.TrimSpace(l), "="); ok && m[v] == "" {
			m[v] = k
		}
	}
	return m
})

// WindowsName is what Windows calls a zone of IANA: "Europe/Berlin" is "W. Europe Standard Time". It is "" for zones whose name Windows' name does not lead back to ("Europe/Oslo").
func WindowsName(iana string) string { return windowsNames()[iana] }

const windowsList = `
Dateline Standard Time=Etc/GMT+12
UTC-11=Etc/GMT+11
Aleutian Standard Time=America/Adak
Hawaiian Standard Time=Pacific/Honolulu
Marquesas Standard Time=Pacific/Marquesas
Alaskan Standard Time=America/Anchorage
UTC-09=Etc/GMT+9
Pacific Standard Time (Mexico)=America/Tijuana
UTC-08=Etc/GMT+8
Pacific Standard Time=America/Los_Angeles
US Mountain Standard Time=America/Phoenix
Mountain Standard Time (Mexico)=America/Mazatlan
Mountain Standard Time=America/Denver
Yukon Standard Time=America/Whitehorse
Central America Standard Time=America/Guatemala
Central Standard Time=America/Chicago
Easter Island Standard Time=Pacific/Easter
Central Standard Time (Mexico)=America/Mexico_City
Canada Central Standard Time=America/Regina
SA Pacific Standard Time=America/Bogota
Eastern Standard Time (Mexico)=America/Cancun
Eastern Standard Time=America/New_York
Haiti Standard Time=America/Port-au-Prince
Cuba Standard Time=America/Havana
US Eastern Standard Time=America/Indiana/Indianapolis
Turks And Caicos Standard Time=America/Grand_Turk
Paraguay Standard Time=America/Asuncion
Atlantic Standard Time=America/Halifax
Venezuela Standard Time=America/Caracas
Central Brazilian Standard Time=America/Cuiaba
SA Western Standard Time=America/La_Paz
Pacific SA Standard Time=America/Santiago
Newfoundland Standard Time=America/St_Johns
Tocantins Standard Time=America/Araguaina
E. South America Standard Time=America/Sao_Paulo
SA Eastern Standard Time=America/Cayenne
Argentina Standard Time=America/Argentina/Buenos_Aires
Greenland Standard Time=America/Nuuk
Montevideo Standard Time=America/Montevideo
Magallanes Standard Time=America/Punta_Arenas
Saint Pierre Standard Time=America/Miquelon
Bahia Standard Time=America/Bahia
UTC-02=Etc/GMT+2
Mid-Atlantic Standard Time=Etc/GMT+2
Azores Standard Time=Atlantic/Azores
Cape Verde Standard Time=Atlantic/Cape_Verde
UTC=Etc/UTC
GMT Standard Time=Europe/London
Greenwich Standard Time=Atlantic/Reykjavik
Sao Tome Standard Time=Africa/Sao_Tome
Morocco Standard Time=Africa/Casablanca
W. Europe Standard Time=Europe/Berlin
Central Europe Standard Time=Europe/Budapest
Romance Standard Time=Europe/Paris
Central European Standard Time=Europe/Warsaw
W. Central Africa Standard Time=Africa/Lagos
Jordan Standard Time=Asia/Amman
GTB Standard Time=Europe/Bucharest
Middle East Standard Time=Asia/Beirut
Egypt Standard Time=Africa/Cairo
E. Europe Standard Time=Europe/Chisinau
Syria Standard Time=Asia/Damascus
West Bank Standard Time=Asia/Hebron
South Africa Standard Time=Africa/Johannesburg
FLE Standard Time=Europe/Kyiv
Israel Standard Time=Asia/Jerusalem
South Sudan Standard Time=Africa/Juba
Kaliningrad Standard Time=Europe/Kaliningrad
Sudan Standard Time=Africa/Khartoum
Libya Standard Time=Africa/Tripoli
Namibia Standard Time=Africa/Windhoek
Arabic Standard Time=Asia/Baghdad
Turkey Standard Time=Europe/Istanbul
Arab Standard Time=Asia/Riyadh
Belarus Standard Time=Europe/Minsk
Russian Standard Time=Europe/Moscow
E. Africa Standard Time=Africa/Nairobi
Volgograd Standard Time=Europe/Volgograd
Iran Standard Time=Asia/Tehran
Arabian Standard Time=Asia/Dubai
Astrakhan Standard Time=Europe/Astrakhan
Azerbaijan Standard Time=Asia/Baku
Russia Time Zone 3=Europe/Samara
Mauritius Standard Time=Indian/Mauritius
Saratov Standard Time=Europe/Saratov
Georgian Standard Time=Asia/Tbilisi
Caucasus Standard Time=Asia/Yerevan
Afghanistan Standard Time=Asia/Kabul
West Asia Standard Time=Asia/Tashkent
Ekaterinburg Standard Time=Asia/Yekaterinburg
Pakistan Standard Time=Asia/Karachi
Qyzylorda Standard Time=Asia/Qyzylorda
India Standard Time=Asia/Kolkata
Sri Lanka Standard Time=Asia/Colombo
Nepal Standard Time=Asia/Kathmandu
Central Asia Standard Time=Asia/Bishkek
Bangladesh Standard Time=Asia/Dhaka
Omsk Standard Time=Asia/Omsk
Myanmar Standard Time=Asia/Yangon
SE Asia Standard Time=Asia/Bangkok
Altai Standard Time=Asia/Barnaul
W. Mongolia Standard Time=Asia/Hovd
North Asia Standard Time=Asia/Krasnoyarsk
N. Central Asia Standard Time=Asia/Novosibirsk
Tomsk Standard Time=Asia/Tomsk
China Standard Time=Asia/Shanghai
North Asia East Standard Time=Asia/Irkutsk
Singapore Standard Time=Asia/Singapore
W. Australia Standard Time=Australia/Perth
Taipei Standard Time=Asia/Taipei
Ulaanbaatar Standard Time=Asia/Ulaanbaatar
North Korea Standard Time=Asia/Pyongyang
Aus Central W. Standard Time=Australia/Eucla
Transbaikal Standard Time=Asia/Chita
Tokyo Standard Time=Asia/Tokyo
Korea Standard Time=Asia/Seoul
Yakutsk Standard Time=Asia/Yakutsk
Cen. Australia Standard Time=Australia/Adelaide
AUS Central Standard Time=Australia/Darwin
E. Australia Standard Time=Australia/Brisbane
AUS Eastern Standard Time=Australia/Sydney
West Pacific Standard Time=Pacific/Port_Moresby
Tasmania Standard Time=Australia/Hobart
Vladivostok Standard Time=Asia/Vladivostok
Lord Howe Standard Time=Australia/Lord_Howe
Bougainville Standard Time=Pacific/Bougainville
Russia Time Zone 10=Asia/Srednekolymsk
Magadan Standard Time=Asia/Magadan
Norfolk Standard Time=Pacific/Norfolk
Sakhalin Standard Time=Asia/Sakhalin
Central Pacific Standard Time=Pacific/Guadalcanal
Russia Time Zone 11=Asia/Kamchatka
Kamchatka Standard Time=Asia/Kamchatka
New Zealand Standard Time=Pacific/Auckland
UTC+12=Etc/GMT-12
Fiji Standard Time=Pacific/Fiji
Chatham Islands Standard Time=Pacific/Chatham
UTC+13=Etc/GMT-13
Tonga Standard Time=Pacific/Tongatapu
Samoa Standard Time=Pacific/Apia
Line Islands Standard Time=Pacific/Kiritimati
Mexico Standard Time=America/Mexico_City
Mexico Standard Time 2=America/Mazatlan
Armenian Standard Time=Asia/Yerevan
Mountain Standard Time (US)=America/Denver
Pacific Daylight Time=America/Los_Angeles
Mountain Daylight Time=America/Denver
Central Daylight Time=America/Chicago
Eastern Daylight Time=America/New_York
`

// displayZones maps what Outlook and old Exchange write for people, behind the "(UTC+01:00)", and the short names of old Palm and Lotus programs.
var displayZones = pairs(`
Pacific Time (US & Canada)=America/Los_Angeles
Pacific Time=America/Los_Angeles
Pacific=America/Los_Angeles
US/Canada Pacific=America/Los_Angeles
Mountain Time (US & Canada)=America/Denver
Mountain Time=America/Denver
Mountain=America/Denver
Central Time (US & Canada)=America/Chicago
Central Time=America/Chicago
Central=America/Chicago
Eastern Time (US & Canada)=America/New_York
Eastern Time=America/New_York
Eastern=America/New_York
US-Eastern=America/New_York
US-Pacific=America/Los_Angeles
Atlantic Time (Canada)=America/Halifax
Newfoundland=America/St_Johns
Indiana (East)=America/Indiana/Indianapolis
Arizona=America/Phoenix
Alaska=America/Anchorage
Hawaii=Pacific/Honolulu
Central America=America/Guatemala
Saskatchewan=America/Regina
Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London=Europe/London
Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London=Europe/London
West Central Africa=Africa/Lagos
Western Europe=Europe/Berlin
Central Europe=Europe/Warsaw
Eastern Europe=Europe/Bucharest
Romance=Europe/Paris
Coordinated Universal Time=Etc/UTC
Coordinated Universal Time-02=Etc/GMT+2
Coordinated Universal Time-11=Etc/GMT+11
Coordinated Universal Time+12=Etc/GMT-12
`)

// displayCities maps the first city of Outlook's display names.
var displayCities = pairs(`
Amsterdam=Europe/Berlin
Belgrade=Europe/Budapest
Brussels=Europe/Paris
Paris=Europe/Paris
Prague=Europe/Prague
Warsaw=Europe/Warsaw
Sarajevo=Europe/Warsaw
Dublin=Europe/London
London=Europe/London
Lisbon=Europe/Lisbon
Casablanca=Africa/Casablanca
Monrovia=Atlantic/Reykjavik
Athens=Europe/Bucharest
Bucharest=Europe/Bucharest
Helsinki=Europe/Kyiv
Kyiv=Europe/Kyiv
Chisinau=Europe/Chisinau
Cairo=Africa/Cairo
Harare=Africa/Johannesburg
Jerusalem=Asia/Jerusalem
Beirut=Asia/Beirut
Amman=Asia/Amman
Istanbul=Europe/Istanbul
Minsk=Europe/Minsk
Moscow=Europe/Moscow
Baghdad=Asia/Baghdad
Kuwait=Asia/Riyadh
Nairobi=Africa/Nairobi
Tehran=Asia/Tehran
Abu Dhabi=Asia/Dubai
Baku=Asia/Baku
Tbilisi=Asia/Tbilisi
Yerevan=Asia/Yerevan
Kabul=Asia/Kabul
Ekaterinburg=Asia/Yekaterinburg
Islamabad=Asia/Karachi
Tashkent=Asia/Tashkent
Ashgabat=Asia/Tashkent
Chennai=Asia/Kolkata
Sri Jayawardenepura=Asia/Colombo
Kathmandu=Asia/Kathmandu
Astana=Asia/Almaty
Almaty=Asia/Almaty
Dhaka=Asia/Dhaka
Yangon (Rangoon)=Asia/Yangon
Rangoon=Asia/Yangon
Bangkok=Asia/Bangkok
Novosibirsk=Asia/Novosibirsk
Krasnoyarsk=Asia/Krasnoyarsk
Beijing=Asia/Shanghai
Kuala Lumpur=Asia/Singapore
Perth=Australia/Perth
Taipei=Asia/Taipei
Irkutsk=Asia/Irkutsk
Ulaanbaatar=Asia/Ulaanbaatar
Osaka=Asia/Tokyo
Seoul=Asia/Seoul
Yakutsk=Asia/Yakutsk
Adelaide=Australia/Adelaide
Darwin=Australia/Darwin
Brisbane=Australia/Brisbane
Canberra=Australia/Sydney
Hobart=Australia/Hobart
Guam=Pacific/Port_Moresby
Vladivostok=Asia/Vladivostok
Magadan=Asia/Magadan
Solomon Is.=Pacific/Guadalcanal
Auckland=Pacific/Auckland
Fiji=Pacific/Fiji
Nuku'alofa=Pacific/Tongatapu
Samoa=Pacific/Apia
Azores=Atlantic/Azores
Cabo Verde Is.=Atlantic/Cape_Verde
Cape Verde Is.=Atlantic/Cape_Verde
Brasilia=America/Sao_Paulo
Buenos Aires=America/Argentina/Buenos_Aires
City of Buenos Aires=America/Argentina/Buenos_Aires
Cayenne=America/Cayenne
Greenland=America/Nuuk
Montevideo=America/Montevideo
Salvador=America/Bahia
Santiago=America/Santiago
Caracas=America/Caracas
Georgetown=America/La_Paz
Cuiaba=America/Cuiaba
Asuncion=America/Asuncion
Bogota=America/Bogota
Guadalajara=America/Mexico_City
Chihuahua=America/Mazatlan
Tijuana=America/Tijuana
Baja California=America/Tijuana
`)

func pairs(s string) map[string]string {
	m := map[string]string{}
	for l := range strings.Lines(s) {
		if k, v, ok := strings.Cut(strings.TrimSpace(l), "="); ok {
			m[strings.ToLower(k)] = v
		}
	}
	return m
}

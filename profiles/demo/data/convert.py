#!/usr/bin/env python3
"""Makes the data files, the areas and the dengue feed of the demo profile. Run by hand from this folder:

    python3 convert.py ../../../../shared/data/forecast

Reads i94/{traffic_hourly,eia_weekly,fred_monthly}.zip and dengue/thailand_province_month.csv (see NOTICE), writes *.csv.gz here,
../areas.yaml and ../feeds/dengue.yaml. Needs Python's standard library only; the same input gives the same bytes.
"""

import csv
import gzip
import io
import pathlib
import sys
import zipfile
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

HERE = pathlib.Path(__file__).resolve().parent
FEEDS = HERE.parent / "feeds"

EIA = {
    "Weekly U.S. Product Supplied of Finished Motor Gasoline  (Thousand Barrels per Day)": "energy.us.gasoline_supplied",
    "Weekly U.S. Product Supplied of Petroleum Products  (Thousand Barrels per Day)": "energy.us.petroleum_supplied",
    "Weekly U.S. Percent Utilization of Refinery Operable Capacity (Percent)": "energy.us.refinery_utilization",
    "Weekly U.S. Ending Stocks of Crude Oil and Petroleum Products  (Thousand Barrels)": "energy.us.petroleum_stocks",
    "Weekly Minnesota Midgrade Conventional Retail Gasoline Prices  (Dollars per Gallon)": "energy.mn.gasoline_price",
}
# Series of U.S. federal agencies only (see NOTICE).
FRED = {
    "GS10": "economy.us.treasury_10y",
    "MCOILWTICO": "economy.us.oil_price",
    "EXCHUS": "economy.us.yuan_per_dollar",
    "EXUSEU": "economy.us.dollars_per_euro",
    "EXCAUS": "economy.us.canadian_per_dollar",
}
# name in the file: (id, Thai, English, lat, lon of the provincial capital, from general knowledge, about ±0.1°)
PROVINCES = {
    "AMNAT CHAROEN": ("amnat_charoen", "อำนาจเจริญ", "Amnat Charoen", 15.86, 104.63),
    "ANG THONG": ("ang_thong", "อ่างทอง", "Ang Thong", 14.59, 100.45),
    "BANGKOK": ("bangkok", "กรุงเทพมหานคร", "Bangkok", 13.75, 100.50),
    "BUNGKAN": ("bueng_kan", "บึงกาฬ", "Bueng Kan", 18.36, 103.65),
    "BURIRAM": ("buri_ram", "บุรีรัมย์", "Buri Ram", 14.99, 103.10),
    "CHACHOENGSAO": ("chachoengsao", "ฉะเชิงเทรา", "Chachoengsao", 13.69, 101.07),
    "CHAINAT": ("chai_nat", "ชัยนาท", "Chai Nat", 15.19, 100.13),
    "CHAIYAPHUM": ("chaiyaphum", "ชัยภูมิ", "Chaiyaphum", 15.81, 102.03),
    "CHANTHABURI": ("chanthaburi", "จันทบุรี", "Chanthaburi", 12.61, 102.10),
    "CHIANG MAI": ("chiang_mai", "เชียงใหม่", "Chiang Mai", 18.79, 98.99),
    "CHIANG RAI": ("chiang_rai", "เชียงราย", "Chiang Rai", 19.91, 99.83),
    "CHONBURI": ("chon_buri", "ชลบุรี", "Chon Buri", 13.36, 100.98),
    "CHUMPHON": ("chumphon", "ชุมพร", "Chumphon", 10.49, 99.18),
    "KALASIN": ("kalasin", "กาฬสินธุ์", "Kalasin", 16.43, 103.51),
    "KAMPAENG PHET": ("kamphaeng_phet", "กำแพงเพชร", "Kamphaeng Phet", 16.48, 99.52),
    "KANCHANABURI": ("kanchanaburi", "กาญจนบุรี", "Kanchanaburi", 14.02, 99.53),
    "KHON KAEN": ("khon_kaen", "ขอนแก่น", "Khon Kaen", 16.44, 102.83),
    "KRABI": ("krabi", "กระบี่", "Krabi", 8.09, 98.91),
    "LAMPANG": ("lampang", "ลำปาง", "Lampang", 18.29, 99.49),
    "LAMPHUN": ("lamphun", "ลำพูน", "Lamphun", 18.58, 99.01),
    "LOEI": ("loei", "เลย", "Loei", 17.49, 101.72),
    "LOPBURI": ("lop_buri", "ลพบุรี", "Lop Buri", 14.80, 100.65),
    "MAE HONG SON": ("mae_hong_son", "แม่ฮ่องสอน", "Mae Hong Son", 19.30, 97.97),
    "MAHA SARAKHAM": ("maha_sarakham", "มหาสารคาม", "Maha Sarakham", 16.18, 103.30),
    "MUKDAHAN": ("mukdahan", "มุกดาหาร", "Mukdahan", 16.54, 104.72),
    "NAKHON NAYOK": ("nakhon_nayok", "นครนายก", "Nakhon Nayok", 14.21, 101.21),
    "NAKHON PATHOM": ("nakhon_pathom", "นครปฐม", "Nakhon Pathom", 13.82, 100.06),
    "NAKHON PHANOM": ("nakhon_phanom", "นครพนม", "Nakhon Phanom", 17.41, 104.78),
    "NAKHON RATCHASIMA": ("nakhon_ratchasima", "นครราชสีมา", "Nakhon Ratchasima", 14.97, 102.10),
    "NAKHON SAWAN": ("nakhon_sawan", "นครสวรรค์", "Nakhon Sawan", 15.70, 100.14),
    "NAKHON SI THAMMARAT": ("nakhon_si_thammarat", "นครศรีธรรมราช", "Nakhon Si Thammarat", 8.43, 99.96),
    "NAN": ("nan", "น่าน", "Nan", 18.78, 100.78),
    "NARATHIWAT": ("narathiwat", "นราธิวาส", "Narathiwat", 6.43, 101.82),
    "NONG BUA LAMPHU": ("nong_bua_lam_phu", "หนองบัวลำภู", "Nong Bua Lam Phu", 17.20, 102.44),
    "NONG KHAI": ("nong_khai", "หนองคาย", "Nong Khai", 17.88, 102.74),
    "NONTHABURI": ("nonthaburi", "นนทบุรี", "Nonthaburi", 13.86, 100.51),
    "PATHUM THANI": ("pathum_thani", "ปทุมธานี", "Pathum Thani", 14.02, 100.53),
    "PATTANI": ("pattani", "ปัตตานี", "Pattani", 6.87, 101.25),
    "PHACHINBURI": ("prachin_buri", "ปราจีนบุรี", "Prachin Buri", 14.05, 101.37),
    "PRACHIN BURI": ("prachin_buri", "ปราจีนบุรี", "Prachin Buri", 14.05, 101.37),
    "PHANGNGA": ("phang_nga", "พังงา", "Phang Nga", 8.45, 98.53),
    "PHATTHALUNG": ("phatthalung", "พัทลุง", "Phatthalung", 7.62, 100.08),
    "PHAYAO": ("phayao", "พะเยา", "Phayao", 19.17, 99.90),
    "PHETCHABUN": ("phetchabun", "เพชรบูรณ์", "Phetchabun", 16.42, 101.16),
    "PHETCHABURI": ("phetchaburi", "เพชรบุรี", "Phetchaburi", 13.11, 99.94),
    "PHICHIT": ("phichit", "พิจิตร", "Phichit", 16.44, 100.35),
    "PHITSANULOK": ("phitsanulok", "พิษณุโลก", "Phitsanulok", 16.82, 100.27),
    "PHRA NAKHON SI AYUDHYA": ("phra_nakhon_si_ayutthaya", "พระนครศรีอยุธยา", "Phra Nakhon Si Ayutthaya", 14.35, 100.57),
    "PHRAE": ("phrae", "แพร่", "Phrae", 18.14, 100.14),
    "PHUKET": ("phuket", "ภูเก็ต", "Phuket", 7.88, 98.39),
    "PRACHUAP KHILIKHAN": ("prachuap_khiri_khan", "ประจวบคีรีขันธ์", "Prachuap Khiri Khan", 11.81, 99.80),
    "RANONG": ("ranong", "ระนอง", "Ranong", 9.96, 98.63),
    "RATCHABURI": ("ratchaburi", "ราชบุรี", "Ratchaburi", 13.54, 99.82),
    "RAYONG": ("rayong", "ระยอง", "Rayong", 12.68, 101.28),
    "ROI ET": ("roi_et", "ร้อยเอ็ด", "Roi Et", 16.05, 103.65),
    "SA KAEO": ("sa_kaeo", "สระแก้ว", "Sa Kaeo", 13.82, 102.06),
    "SAKON NAKHON": ("sakon_nakhon", "สกลนคร", "Sakon Nakhon", 17.16, 104.15),
    "SAMUT PRAKARN": ("samut_prakan", "สมุทรปราการ", "Samut Prakan", 13.60, 100.60),
    "SAMUT SAKHON": ("samut_sakhon", "สมุทรสาคร", "Samut Sakhon", 13.55, 100.27),
    "SAMUT SONGKHAM": ("samut_songkhram", "สมุทรสงคราม", "Samut Songkhram", 13.41, 100.00),
    "SARABURI": ("saraburi", "สระบุรี", "Saraburi", 14.53, 100.91),
    "SATUN": ("satun", "สตูล", "Satun", 6.62, 100.07),
    "SI SAKET": ("si_sa_ket", "ศรีสะเกษ", "Si Sa Ket", 15.12, 104.32),
    "SINGBURI": ("sing_buri", "สิงห์บุรี", "Sing Buri", 14.89, 100.40),
    "SONGKHLA": ("songkhla", "สงขลา", "Songkhla", 7.20, 100.60),
    "SUKHOTHAI": ("sukhothai", "สุโขทัย", "Sukhothai", 17.01, 99.82),
    "SUPHANBURI": ("suphan_buri", "สุพรรณบุรี", "Suphan Buri", 14.47, 100.12),
    "SURAT THANI": ("surat_thani", "สุราษฎร์ธานี", "Surat Thani", 9.14, 99.33),
    "SURIN": ("surin", "สุรินทร์", "Surin", 14.88, 103.49),
    "TAK": ("tak", "ตาก", "Tak", 16.88, 99.13),
    "TRAD": ("trat", "ตราด", "Trat", 12.24, 102.52),
    "TRANG": ("trang", "ตรัง", "Trang", 7.56, 99.61),
    "UBON RATCHATHANI": ("ubon_ratchathani", "อุบลราชธานี", "Ubon Ratchathani", 15.24, 104.85),
    "UDON THANI": ("udon_thani", "อุดรธานี", "Udon Thani", 17.41, 102.79),
    "UTHAI THANI": ("uthai_thani", "อุทัยธานี", "Uthai Thani", 15.38, 100.02),
    "UTTARADIT": ("uttaradit", "อุตรดิตถ์", "Uttaradit", 17.62, 100.10),
    "YALA": ("yala", "ยะลา", "Yala", 6.54, 101.28),
    "YASOTHON": ("yasothon", "ยโสธร", "Yasothon", 15.79, 104.15),
}
OTHER_AREAS = [
    ("i94", "ทางหลวง I-94 (มินนีแอโพลิส–เซนต์พอล)", "I-94 (Minneapolis–St Paul)", 44.96, -93.17),
    ("us", "สหรัฐอเมริกา", "United States", 38.90, -77.04),
    ("minnesota", "รัฐมินนิโซตา", "Minnesota", 44.95, -93.09),
    ("bologna", "ถนนอันเดรอา คอสตา เมืองโบโลญญา", "Via Andrea Costa, Bologna", 44.49, 11.32),
]


def unzip(path):
    with zipfile.ZipFile(path) as archive:
        return io.StringIO(archive.read(archive.namelist()[0]).decode("utf-8"))


def write(name, columns, rows):
    """`rows`: time → {column: value}; a gzip without name and time, so that it is the same each time."""
    text = io.StringIO()
    text.write(",".join(["at", *columns]) + "\n")
    for at in sorted(rows):
        values = [rows[at].get(column, "") for column in columns]
        if any(values):
            text.write(",".join([at, *values]) + "\n")
    (HERE / name).write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def number(text, digits):
    """Rounded, without a needless `.0`; empty stays empty."""
    return "" if text.strip() == "" else str(round(float(text), digits)).removesuffix(".0")


def exists(local, zone):
    """Does a clock of this zone ever show that time? Not when it is put forward over it."""
    return local.replace(tzinfo=zone).astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) == local


def traffic(source):
    """Times stay as the source has them, those of a clock in Minneapolis; the hall reads them by the feed's `time_zone`."""
    zone = ZoneInfo("America/Chicago")
    columns = ["traffic.i94.volume", "traffic.i94.temperature", "traffic.i94.rain", "traffic.i94.snow"]
    rows = {}
    for row in csv.DictReader(unzip(source / "i94/traffic_hourly.zip")):
        at = row["datetime"].replace(" ", "T")[:16]
        if at in rows or not exists(datetime.fromisoformat(at), zone):
            continue  # several weather lines for one hour: the first
        kelvin = row["temp"].strip()
        celsius = "" if kelvin == "" or float(kelvin) < 200 else number(str(float(kelvin) - 273.15), 2)
        rows[at] = {
            "traffic.i94.volume": number(row["traffic_volume"], 0),
            "traffic.i94.temperature": celsius,
            "traffic.i94.rain": number(row["rain_1h"], 2),
            "traffic.i94.snow": number(row["snow_1h"], 2),
        }
    write("traffic.csv.gz", columns, rows)


def pivot(name, rows_in, key, ids, digits):
    rows = {}
    for row in rows_in:
        series = ids.get(row[key])
        if series and row["value"].strip():
            rows.setdefault(row["datetime"][:10] + "T00:00:00Z", {})[series] = number(row["value"], digits)
    write(name, list(ids.values()), rows)


def dengue(source):
    rows = {}
    with open(source / "dengue/thailand_province_month.csv", newline="") as file:
        for row in csv.DictReader(file):
            at = row.pop("m") + "-01T00:00:00Z"
            for name, value in row.items():
                if value.strip():
                    series = f"dengue.{PROVINCES[name][0]}.cases"
                    assert series not in rows.get(at, {}), (at, name)
                    rows.setdefault(at, {})[series] = number(value, 0)
    ids = sorted({f"dengue.{province[0]}.cases" for province in PROVINCES.values()})
    assert len(ids) == 77
    write("dengue.csv.gz", ids, rows)


def quoted(text):
    return '"' + text + '"'


def yaml():
    provinces = sorted(set(PROVINCES.values()))
    with open(HERE.parent / "areas.yaml", "w", encoding="utf-8") as file:
        file.write("# Made by data/convert.py. Coordinates: provincial capitals, from general knowledge, about ±0.1°.\n")
        for area, th, en, lat, lon in OTHER_AREAS + provinces:
            file.write(f"- {{id: {area}, title: {{th: {quoted(th)}, en: {quoted(en)}}}, lat: {lat}, lon: {lon}}}\n")
    head = (HERE / "dengue.head.yaml").read_text(encoding="utf-8")
    with open(FEEDS / "dengue.yaml", "w", encoding="utf-8") as file:
        file.write(head)
        for area, th, en, _, _ in provinces:
            file.write(f"  - {{id: dengue.{area}.cases, area: {area}, title: {{th: {quoted('ผู้ป่วยไข้เลือดออก ' + th)}, en: {quoted('Dengue cases, ' + en)}}}}}\n")


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE / "../../../../shared/data/forecast")
    traffic(source)
    pivot("energy.csv.gz", csv.DictReader(unzip(source / "i94/eia_weekly.zip")), "series_id", EIA, 3)
    pivot("economy.csv.gz", csv.DictReader(unzip(source / "i94/fred_monthly.zip")), "series_id", FRED, 4)
    dengue(source)
    yaml()


if __name__ == "__main__":
    main()

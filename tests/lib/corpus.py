"""Makes the corpus of tests/cli/search.sh, and the table of what each query must find.

    corpus.py FOLDER TABLE

All of it is invented.  Each text is put together from a template and lists of names, places and
things, by its number alone, so that what must be found is known from how it was made: the table
is not made by looking into the texts.
"""
import base64
import io
import os
import sys
import zipfile

COUNT = 45  # texts of each language; 9 names, 5 places and 7 things in all combinations of two

RU = {
    "names": ["Гүлдария Асанова", "Пётр Семёнов", "Алёна Ковалёва", "Алимнұр Турғанбай",
              "Ерлан Жұмабаев", "Сергей Иванов", "Мадина Юсупова", "Тимур Каримов", "Йосиф Райский"],
    "places": ["Алматы", "Урумчи", "Кульджа", "Чугучак", "Жаркент"],
    "things": ["ёлка", "письмо", "паспорт", "телефон", "фотография", "повестка", "ключ от дома"],
    "texts": [
        "Меня зовут {name}. Наш город называется {place}.\nВ ту ночь пришли трое и забрали со стола "
        "одну вещь: {thing}.\nБрата увезли, и больше мы его не видели.",
        "Показания даёт {name}, место жительства: {place}.\nУ двери лежала вещь: {thing}. "
        "Сосед сказал: «Не спрашивай, куда их ведут».",
        "{name} сообщает: в декабре 2018 года у нас дома в городе {place} был обыск.\n"
        "В описи значится: {thing}. Копию нам не дали.",
        "Я, {name}, пишу это сама. Город: {place}. Помню очередь у ворот, холод и то, что у меня в "
        "руках: {thing}.",
    ],
}
KK = {
    "names": ["Гүлдария Ақан", "Әлия Өмірбек", "Нұрлан Қасым", "Сәуле Ыбырай", "Бекзат Іле",
              "Қайрат Шаңырақ", "Ғалия Һәкім", "Дәурен Үсен", "Айгүл Жәнібек"],
    "places": ["Алматы", "Үрімжі", "Құлжа", "Шәуешек", "Қорғас"],
    "things": ["шырша", "хат", "төлқұжат", "ұялы байланыс", "сурет", "шақыру қағазы", "кілт"],
    "texts": [
        "Менің атым {name}. Біздің қала: {place}.\nСол түні үш адам келіп, бір затты алып кетті: {thing}.\n"
        "Інім содан бері хабарсыз.",
        "Куәгер {name}, тұрғылықты жері {place}.\nЕсік алдында {thing} жатты. Көрші: «Сұрама», – деді.",
        "{name} айтады: 2018 жылғы желтоқсанда {place} қаласындағы үйімізде тінту болды.\n"
        "Тізімде {thing} бар. Көшірмесін бермеді.",
        "Мен, {name}, мұны өзім жаздым. Қала: {place}. Қолымдағы {thing} есімде.",
    ],
}
UG = {
    "names": ["گۈلنار تۇرسۇن", "ئالىم نىياز", "مەھمۇت ئوسمان", "پاتىگۈل ئابلىز", "ئەركىن ھاشىم",
              "زۇلپىيە راخمان", "ئابدۇللا سابىر", "مېھرىگۈل غوپۇر", "قۇربان ياسىن"],
    "places": ["ئۈرۈمچى", "غۇلجا", "قەشقەر", "خوتەن", "ئاقسۇ"],
    "things": ["خەت", "پاسپورت", "تېلېفون", "رەسىم", "ئاچقۇچ", "كىتاب", "كۆڭلەك"],
    "texts": [
        "مېنىڭ ئىسمىم {name}. بىزنىڭ شەھەر: {place}.\nشۇ كېچىسى ئۈچ ئادەم كېلىپ بىر نەرسىنى ئېلىپ كەتتى: {thing}.",
        "گۇۋاھچى {name}، تۇرغان يېرى {place}.\nئىشىك ئالدىدا {thing} ياتاتتى.",
        "{name} دەيدۇ: 2018-يىلى {place} شەھىرىدىكى ئۆيىمىزنى ئاختۇردى. تىزىملىكتە {thing} بار.",
        "مەن، {name}، بۇنى ئۆزۈم يازدىم. شەھەر: {place}. قولۇمدا {thing} بار ئىدى.",
    ],
}
EN = {
    "names": ["Zoë Brontë", "John O'Neill", "André Müller", "Mary Whitfield", "Daniel Ashcroft",
              "Grace Holloway", "Peter Lindqvist", "Ruth Okonkwo", "Hugh Pemberton"],
    "places": ["Almaty", "Urumqi", "Ghulja", "Kashgar", "Istanbul"],
    "things": ["a Christmas tree", "a letter", "a passport", "a telephone", "a photograph", "a summons",
               "the house key"],
    "texts": [
        "My name is {name}. The town is {place}.\nThree men came that night and took one thing from the "
        "table: {thing}.\nMy brother was driven away.",
        "Statement of {name}, resident in {place}.\nBy the door lay {thing}. The neighbour said: do not ask.",
        "{name} reports: in December 2018 our home in {place} was searched. The list names {thing}.",
        "I, {name}, write this myself. Town: {place}. I remember the queue, the cold, and {thing}.",
    ],
}
ZH = {
    "names": ["古丽娜尔", "阿里木江", "买合木提", "帕提古丽", "艾尔肯", "祖丽皮亚", "阿不都拉", "米热古丽", "库尔班"],
    "places": ["新疆", "乌鲁木齐", "伊犁", "喀什", "和田"],
    "things": ["圣诞树", "一封信", "护照", "电话", "照片", "边疆日报", "钥匙"],
    "texts": [
        "我叫{name}。我们住在{place}。\n那天夜里来了三个人,从桌上拿走了{thing}。\n弟弟被带走了。",
        "证人{name},住{place}。\n门口放着{thing}。邻居说:别问。",
        "{name}说:2018年12月,我们在{place}的家被搜查。清单上有{thing}。",
        "我{name}亲手写下这些。地点:{place}。我记得排队、寒冷和手里的{thing}。",
    ],
}
LANGUAGES = {"ru": RU, "kk": KK, "ug": UG, "en": EN, "zh": ZH}


def text_of(language, i):
    of = LANGUAGES[language]
    name, place, thing = of["names"][i % 9], of["places"][i % 5], of["things"][i % 7]
    if language == "ug" and i % 2:
        # Vowel marks and tatweel, as in a primer or on a poster.
        name = name[0] + "\u064E" + name[1:3] + "\u0640" + name[3:]
        place = place[:-1] + "\u064F" + place[-1]
    return of["texts"][i % 4].format(name=name, place=place, thing=thing) + "\n"


def in_html(text):
    body = "".join("<p>%s</p>\n" % line.replace("&", "&amp;") for line in text.splitlines())
    return ("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>statement</title>"
            "<style>p { color: hiddenstyle }</style></head><body><script>var hiddenscript = 1;</script>\n"
            + body + "</body></html>\n").encode()


def in_docx(text):
    body = ""
    for line in text.splitlines():
        half = len(line) // 2  # Word cuts runs anywhere, also in words
        body += ("<w:p><w:r><w:t xml:space=\"preserve\">%s</w:t></w:r><w:r><w:instrText>hiddenfield"
                 "</w:instrText><w:t xml:space=\"preserve\">%s</w:t></w:r></w:p>" % (line[:half], line[half:]))
    document = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/"
                "wordprocessingml/2006/main\"><w:body>%s</w:body></w:document>" % body)
    return zipped([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relationships/>"),
                   ("word/document.xml", document)])


def in_odt(text):
    body = "".join("<text:p>%s</text:p>" % line for line in text.splitlines())
    return zipped([("mimetype", "application/vnd.oasis.opendocument.text"),
                   ("content.xml", "<office:document-content><office:text>%s</office:text>"
                    "</office:document-content>" % body)])


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2018, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            z.writestr(info, data)
    return out.getvalue()


def in_mail(text):
    return ("From: =?utf-8?B?%s?= <a@example.org>\r\nTo: office@example.org\r\n"
            "Date: Mon, 3 Dec 2018 10:00:00 +0600\r\nSubject: statement\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s"
            % (base64.b64encode("Почта Свидетелева".encode()).decode(),
               base64.encodebytes(text.encode()).decode().replace("\n", "\r\n"))).encode()


def file_of(language, i):
    """Its name and bytes; the form goes round, so that each language has each it can have."""
    text, form = text_of(language, i), i % 10
    stem = "%s-%02d" % (language, i)
    if form == 2:
        return stem + ".html", in_html(text)
    if form == 3:
        return stem + ".docx", in_docx(text)
    if form == 4:
        return stem + ".odt", in_odt(text)
    if form == 5:
        return stem + ".eml", in_mail(text)
    if form == 6:
        return stem + ".txt", text.encode("utf-16")
    if form == 7 and language == "ru":
        return stem + ".txt", plain_cyrillic(text).encode("cp1251")
    if form == 8 and language == "ru":
        return stem + ".txt", plain_cyrillic(text).encode("koi8-r")
    if form == 7 and language == "kk":
        return stem + ".txt", text.replace("–", "-").encode("kz1048", "replace")
    return stem + ".txt", text.encode()


def plain_cyrillic(text):
    """As somebody writes it whose machine has no Kazakh letters, and no quotes of print."""
    return text.translate(str.maketrans("үұқғәөіңһ«»", "уукгаоинх\"\""))


def where(language, list_name, *numbers):
    size = len(LANGUAGES[language][list_name])
    return {file_of(language, i)[0] for i in range(COUNT) if i % size in numbers}


def template(language, *numbers):
    return {file_of(language, i)[0] for i in range(COUNT) if i % 4 in numbers}


def form(number):
    return {file_of(language, i)[0] for language in LANGUAGES for i in range(COUNT) if i % 10 == number}


def table():
    """(terms, names of the files that they must find)"""
    ru, kk, ug, en, zh = ({file_of(l, i)[0] for i in range(COUNT)} for l in LANGUAGES)
    guldaria = where("ru", "names", 0) | where("kk", "names", 0)
    return [
        # letters that are one to who searches
        (["ёлка"], where("ru", "things", 0)), (["елка"], where("ru", "things", 0)),
        (["ЁЛКА"], where("ru", "things", 0)), (["Е\u0308лка"], where("ru", "things", 0)),
        (["Гүлдария"], guldaria), (["гулдария"], guldaria), (["ГУЛДАРИЯ"], guldaria),
        (["Алимнұр"], where("ru", "names", 3)), (["алимнур"], where("ru", "names", 3)),
        (["турганбай"], where("ru", "names", 3)), (["Тұрғанбай"], where("ru", "names", 3)),
        (["алена"], where("ru", "names", 2)), (["петр семенов"], where("ru", "names", 1)),
        (["жумабаев"], where("ru", "names", 4)), (["Йосиф"], where("ru", "names", 8)),
        (["алматы"], where("ru", "places", 0) | where("kk", "places", 0)),
        (["урумчи"], where("ru", "places", 1)), (["уримжи"], where("kk", "places", 1)),
        (["Үрімжі"], where("kk", "places", 1)), (["кулжа"], where("kk", "places", 2)),
        (["шауешек"], where("kk", "places", 3)), (["Алия Омирбек"], where("kk", "names", 1)),
        (["касым"], where("kk", "names", 2)), (["бекзат иле"], where("kk", "names", 4)),
        (["хаким"], where("kk", "names", 6)), (["Һәкім"], where("kk", "names", 6)),
        (["толкужат"], where("kk", "things", 2)), (["төлқұжат"], where("kk", "things", 2)),
        # Latin
        (["zoe bronte"], where("en", "names", 0)), (["Brontë"], where("en", "names", 0)),
        (["muller"], where("en", "names", 2)), (["o'neill"], where("en", "names", 1)),
        (["O’Neill"], where("en", "names", 1)), (["oneill"], set()), (["KASHGAR"], where("en", "places", 3)),
        # Arabic script, with marks and without
        (["تۇرسۇن"], where("ug", "names", 0)), (["گۈلنار"], where("ug", "names", 0)),
        (["گَۈلـنار"], where("ug", "names", 0)), (["ئالىم"], where("ug", "names", 1)),
        (["مەھمۇت"], where("ug", "names", 2)), (["قەشقەر"], where("ug", "places", 2)),
        (["قەشقەُر"], where("ug", "places", 2)), (["ئۈرۈمچى"], where("ug", "places", 0)),
        (["ئۇرۇمچى"], set()), (["كۆڭلەك"], where("ug", "things", 6)), (["كوڭلەك"], set()),
        (["ﺧﻮﺗﻪن"], where("ug", "places", 3)),
        (["خوته\u0646"], where("ug", "places", 3)), (["ئەركىن ھاشىم"], where("ug", "names", 4)),
        # Chinese: single characters and several
        (["新疆"], where("zh", "places", 0)), (["新"], where("zh", "places", 0)),
        (["疆"], where("zh", "places", 0) | where("zh", "things", 5)), (["边疆"], where("zh", "things", 5)),
        (["边疆日报"], where("zh", "things", 5)), (["疆新"], set()), (["乌鲁木齐"], where("zh", "places", 1)),
        (["鲁木"], where("zh", "places", 1)), (["古丽"], where("zh", "names", 0, 3, 7)),
        (["帕提古丽"], where("zh", "names", 3)), (["和田", "照片"], where("zh", "places", 4) & where("zh", "things", 4)),
        (["2018年12月"], template("zh", 2)), (["２０１８年"], template("zh", 2)),
        # phrases, beginnings, several words
        (["ключ от дома"], where("ru", "things", 6)), (["дома ключ"], set()),
        (["christmas tree"], where("en", "things", 0)), (["tree christmas"], set()),
        (["\"house key\""], where("en", "things", 6)), (["house", "key"], where("en", "things", 6)),
        (["фото*"], where("ru", "things", 4)), (["фотогр*"], where("ru", "things", 4)), (["фотогр"], set()),
        (["телеф*"], where("ru", "things", 3)), (["tele*"], where("en", "things", 3)),
        (["шырш*", "алматы"], where("kk", "things", 0) & where("kk", "places", 0)),
        (["мадина", "чугучак"], where("ru", "names", 6) & where("ru", "places", 3)),
        (["мадина ю*"], where("ru", "names", 6)), (["не спрашивай"], template("ru", 1)),
        (["спрашивай не"], set()), (["пишу", "ворот", "холод"], template("ru", 3)),
        (["гулдария", "урумчи"], where("ru", "names", 0) & where("ru", "places", 1)),
        (["декабре"], template("ru", 2)), (["december"], template("en", 2)), (["желтоқсанда"], template("kk", 2)),
        (["2018"], template("ru", 2) | template("kk", 2) | template("ug", 2) | template("en", 2) | template("zh", 2) | {"new-year.txt"}),
        (["٢٠١٨"], template("ru", 2) | template("kk", 2) | template("ug", 2) | template("en", 2) | template("zh", 2) | {"new-year.txt"}),
        # forms of files: what is text in them, and what is none
        (["hiddenscript"], set()), (["hiddenstyle"], set()), (["hiddenfield"], set()), (["почта свидетелева"], form(5)),
        (["charset"], set()), (["color"], set()), (["xmlns"], set()), (["text:statement"], form(2) | form(5) | template("en", 1)),
        # fields
        (["name:ru"], ru), (["name:ru-07"], {file_of("ru", 7)[0]}), (["name:docx"], form(3)),
        (["folder:zh"], zh), (["case:уйгурское"], ug), (["case:уйгурское", "қәшқәр"], set()),
        (["tag:перевод"], en), (["text:перевод"], set()), (["Источник:архив"], kk), (["источник:архив"], kk),
        (["источник:уральск"], kk), (["архив"], kk), (["text:архив"], set()), (["другое:архив"], set()),
        (["witness:сауле"], {"one.txt"}), (["witness:Сәуле Ахмет"], {"one.txt"}), (["сауле ахмет"], {"one.txt"}),
        (["witness:ыбырай"], set()), (["сауле"], where("kk", "names", 3) | {"one.txt"}),
        (["колхоз:заря"], {"one.txt"}), (["колхоз:\"красная заря\""], {"one.txt"}), (["красная заря"], {"one.txt"}),
        (["заря красная"], set()), (["place:карагаш"], {"two.txt"}), (["карагаш"], {"two.txt"}),
        (["карагаш", "подписано"], {"two.txt"}), (["title:черновик"], {"two.txt"}),
        (["взято"], set()), (["name:three"], set()), (["\"10:30\""], {"new-year.txt"}), (["10:30"], {"new-year.txt"}),
        (["новый год"], {"new-year.txt"}), (["год новый"], set()), (["кириллица"], set()), (["zzz*"], set()),
    ]


def extra():
    return {"one.txt": "Одна запись.\n", "two.txt": "Подписано в двух местах.\n",
            "three.txt": "Это будет взято назад.\n",
            "new-year.txt": "В 10:30 наступил новый\nгод, 2018.\n" + "a" * 100_000 + "\n"}


def main():
    folder, table_path = sys.argv[1:]
    for language in LANGUAGES:
        os.makedirs(os.path.join(folder, language))
        for i in range(COUNT):
            name, data = file_of(language, i)
            with open(os.path.join(folder, language, name), "wb") as f:
                f.write(data)
    os.makedirs(os.path.join(folder, "extra"))
    for name, text in extra().items():
        with open(os.path.join(folder, "extra", name), "w", encoding="utf-8") as f:
            f.write(text)
    with open(table_path, "w", encoding="utf-8") as f:
        for terms, names in table():
            f.write("\t".join([",".join(sorted(names))] + terms) + "\n")


if __name__ == "__main__":
    main()

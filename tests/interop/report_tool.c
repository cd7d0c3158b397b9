/*
 * A report.html with a little of everything, on standard output, for the
 * tests that show it in a browser.  Its files are data/0012.jpg, 0014.mp4,
 * 0017.png, 0018.gif, 0019.webp, 0020.pdf, 0021.txt.
 */
#include <stdio.h>
#include <string.h>

#include "format/report.h"

#define F(name, value)                                                                             \
	{                                                                                          \
		name, (const uint8_t *)(value), sizeof(value) - 1, false                           \
	}
#define WITHHELD(name, key)                                                                        \
	{                                                                                          \
		name, (const uint8_t *)(key), sizeof(key) - 1, true                                \
	}
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DIGEST      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define KEY         "evault/actor/5f2b8e6c1d0a94f7e3b2c6d5a8f1e0b9c7d4a3f2e1b0c9d8a7f6e5d4c3b2a190"
#define RTL_MARK    "\xE2\x80\xAE"

static const struct ev_record_field photo[] = {
	F("action", "add"),
	F("time", "2026-11-22T09:15:09Z"),
	F("offset", "+05:00"),
	F("clock", "not synchronised"),
	F("actor", "Айгүл Серікқызы"),
	F("software", "evault 0.1.0"),
	F("name", "IMG_0412.jpg"),
	F("folder", "Камера/Ноябрь"),
	F("size", "4718592"),
	F("sha256", DIGEST),
	F("media-type", "image/jpeg"),
	F("modified", "2026-11-21T22:04:51.250000000Z"),
	F("title", "Разрушенная школа на улице Ленина, вид со двора"),
	F("case", "Дело 17/2026"),
	F("tag", "школа"),
	F("tag", "обстрел"),
	F("language", "Русский"),
	F("field", "погода=Туман, видимость около ста метров.\nСнег с утра."),
	F("consent", "court,partner"),
	WITHHELD("witness", ""),
	WITHHELD("place", ""),
	WITHHELD("field", "телефон"),
};
static const struct ev_record_field statement[] = {
	F("action", "testify"),
	F("time", "2026-11-22T10:40:00Z"),
	F("offset", "+03:00"),
	F("actor", "ليلى"),
	F("name", "statement-2026-11-22T104000Z.txt"),
	F("size", "2310"),
	F("sha256", DIGEST),
	F("media-type", "text/plain; charset=utf-8"),
	F("begun", "2026-11-22T10:02:13Z"),
	F("title", "شهادة حول ما حدث في السوق صباح يوم الجمعة"),
	F("witness", "مريم بنت يوسف الحداد"),
	F("interpreter", "Іван O'Brien"),
	F("language", "العربية"),
	F("place", "حلب، حي السكري (36.17, 37.13)"),
	F("field", "رقم الملف=١٢٣/٤ A-17"),
	F("field",
	  "ملاحظات=قالت الشاهدة إنها كانت تقف أمام المخبز عندما سمعت صوت الطائرة، ثم رأت الدخان "
	  "يتصاعد من الجهة الشرقية للسوق. لم تستطع العودة إلى بيتها حتى المساء."),
};
static const struct ev_record_field video[] = {
	F("action", "add"),
	F("time", "2026-11-22T11:00:00Z"),
	F("actor", "Айгүл Серікқызы"),
	F("name", "录像-喀什-二〇二六年十一月.mp4"),
	F("size", "1073741824"),
	F("sha256", DIGEST),
	F("media-type", "video/mp4"),
	F("title", "从车里拍摄的检查站录像"),
	F("witness", "古丽达尔"),
	F("place", "新疆喀什地区疏附县"),
	F("field", "备注=车辆于上午九点停在检查站前,"
		   "三名穿制服的人要求所有乘客下车。录像在第四分钟中断,因为手机被没收。"),
};
static const struct ev_record_field correction[] = {
	F("action", "annotate"),
	F("time", "2026-11-23T08:00:00Z"),
	F("actor", "Айгүл Серікқызы"),
	F("about", "12 " DIGEST),
	F("title", "Разрушенная школа на улице Гоголя"),
	WITHHELD("place", ""),
};
static const struct ev_record_field retraction[] = {
	F("action", "retract"),
	F("time", "2026-11-24T08:00:00Z"),
	F("actor", "Айгүл Серікқызы"),
	F("about", "14 " DIGEST),
	F("reason", "Запись сделана не нами и снята раньше, в 2019 году."),
};
static const struct ev_record_field hostile[] = {
	F("action", "add"),
	F("time", "2026-11-25T08:00:00Z"),
	F("actor", "</style><script>document.title='run'</script>"),
	F("name", "photo" RTL_MARK "gpj.exe"),
	F("folder", "<img src=//example.org/a.png onerror=alert(1)>"),
	F("size", "77"),
	F("sha256", DIGEST),
	F("media-type", "image/png"),
	F("title", "\"><link rel=stylesheet href=http://example.org/a.css>"),
	F("tag", "<style>body{display:none}</style>"),
	F("field",
	  "<svg onload=alert(1)>="
	  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901"
	  "0123456789012345678901234567890123456789012345678901234567890123456789012345678901"),
	F("field",
	  "marks=Z\xCC\x81\xCC\x82\xCC\x83\xCC\x84\xCC\x85\xCC\x86\xCC\x87\xCC\x88\xCC\x89"
	  "\xCC\x8A\xCC\x8B\xCC\x8C\xCC\x8D\xCC\x8E\xCC\x8F\xCC\x90\xCC\x91\xCC\x92\xCC\x93"
	  "\xCC\x94\xCC\x95\xCC\x9A\xCC\x9B\xCC\xBD\xCC\xBE\xCC\xBF\xCD\x80\xCD\x81\xCD\x82"),
	F("x-later", "of a kind that this version does not know\r\x1B[31m"),
};
static const struct ev_record_field gif[] = { F("action", "add"), F("time", "2026-11-25T08:00:01Z"),
					      F("media-type", "image/gif") };
static const struct ev_record_field webp[] = { F("action", "add"),
					       F("time", "2026-11-25T08:00:02Z"),
					       F("media-type", "image/webp") };
static const struct ev_record_field pdf[] = { F("action", "add"), F("time", "2026-11-25T08:00:03Z"),
					      F("media-type", "application/pdf") };

static struct ev_report_head
head_of(void)
{
	struct ev_report_head head = { 0 };

	head.sender = ev_slice_text("Архив «Память» · 記憶檔案館");
	head.sender_key = ev_slice_text(KEY);
	head.to = ev_slice_text("age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z");
	head.to_name = ev_slice_text("Коллегия адвокатов, г-жа O’Neill");
	head.time = ev_slice_text("2026-11-26T12:00:00Z");
	head.origin = ev_slice_text(
	    "evault/3f9a01c2d4e5f607182930a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5");
	head.entries = 48;
	head.shown = 10;
	memset(&head.root, 0xA7, sizeof(head.root));
	memset(&head.verify, 0x5C, sizeof(head.verify));
	return head;
}

/* One item, put out at once. */
static bool
put(const struct ev_report_head *head, uint64_t index, const struct ev_record_field *fields,
    size_t n, const char *file, const struct ev_report_change *change)
{
	struct ev_report_item item = { 0 };
	struct ev_buf html = EV_BUF_INIT;
	char citation[32];
	bool good;

	(void)snprintf(citation, sizeof(citation), "3f9a01-%u", (unsigned)index);
	item.index = index;
	item.citation = ev_slice_text(citation);
	item.fields = fields;
	item.n = n;
	memset(&item.digest, (int)index, sizeof(item.digest));
	item.signer = ev_slice_text(KEY);
	item.file = ev_slice_text(file);
	item.changes = change;
	item.n_changes = change != NULL ? 1 : 0;
	good = ev_report_item(head, &item, &html, NULL) == EVAULT_OK &&
	       fwrite(html.data, 1, html.len, stdout) == html.len;
	ev_buf_release(&html);
	return good;
}

int
main(void)
{
	const struct ev_report_change corrected = { 15, ev_slice_text("3f9a01-15"), correction,
						    COUNT(correction), false };
	const struct ev_report_change retracted = { 16, ev_slice_text("3f9a01-16"), retraction,
						    COUNT(retraction), false };
	const struct ev_report_head head = head_of();
	struct ev_buf html = EV_BUF_INIT;
	bool good;

	good = ev_report_begin(&head, &html, NULL) == EVAULT_OK &&
	       fwrite(html.data, 1, html.len, stdout) == html.len &&
	       put(&head, 12, photo, COUNT(photo), "data/0012.jpg", &corrected) &&
	       put(&head, 13, statement, COUNT(statement), "", NULL) &&
	       put(&head, 14, video, COUNT(video), "data/0014.mp4", &retracted) &&
	       put(&head, 15, correction, COUNT(correction), "", NULL) &&
	       put(&head, 16, retraction, COUNT(retraction), "", NULL) &&
	       put(&head, 17, hostile, COUNT(hostile), "data/0017.png", NULL) &&
	       put(&head, 18, gif, COUNT(gif), "data/0018.gif", NULL) &&
	       put(&head, 19, webp, COUNT(webp), "data/0019.webp", NULL) &&
	       put(&head, 20, pdf, COUNT(pdf), "data/0020.pdf", NULL) &&
	       put(&head, 21, statement, COUNT(statement), "data/0021.txt", NULL);
	ev_buf_clear(&html);
	good = good && ev_report_end(&head, &html, NULL) == EVAULT_OK &&
	       fwrite(html.data, 1, html.len, stdout) == html.len && fflush(stdout) == 0;
	ev_buf_release(&html);
	return good ? 0 : 1;
}

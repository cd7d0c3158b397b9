#include "format/paper_page.h"

#include "format/html.h"

/* The policy forbids all that the page does not have: whoever adds to it finds it dead. */
static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<title>evault: keys on paper</title>\n"
    "<style>\n"
    "@page { margin: 2cm; }\n"
    "body { font: 11pt/1.4 sans-serif; color: #000; background: #fff; max-width: 17cm; margin: 0 "
    "auto; }\n"
    "section { break-after: page; page-break-after: always; }\n"
    "section:last-child { break-after: auto; page-break-after: auto; }\n"
    "h1 { font-size: 17pt; margin: 1em 0 0; }\n"
    "h1 + h1 { font-size: 13pt; margin: 0 0 .6em; }\n"
    "table { border-collapse: collapse; margin: 1em 0; width: 100%; }\n"
    "td { border: 1pt solid #888; padding: .5em .3em; text-align: center; white-space: nowrap; }\n"
    "td small { display: block; font-size: 8pt; color: #555; }\n"
    "td b { font: bold 19pt monospace; letter-spacing: .06em; }\n"
    "code { font-size: 11pt; }\n"
    "p { margin: .5em 0; }\n"
    ".line { border-bottom: 1pt solid #888; height: 2.2em; font-size: 9pt; color: #555; }\n"
    "@media print { .screen { display: none; } }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n"
    "<p class=\"screen\"><strong>Print this, then delete the file: whoever reads it has the "
    "key.</strong></p>\n"
    "<p class=\"screen\" lang=\"ru\"><strong>Распечатайте и удалите файл: кто его прочтёт, у того "
    "будет ключ.</strong></p>\n";

static const char about_recovery[] =
    "<p>Whoever has this page and a copy of the vault can read everything in it. Keep it apart "
    "from the computer and from copies of the vault, where nobody looks, and dry.</p>\n"
    "<p lang=\"ru\">Кто имеет эту страницу и копию хранилища, может прочесть в нём всё. Храните "
    "её отдельно от компьютера и копий хранилища, там, где не ищут и где сухо.</p>\n";

static const char about_typing[] =
    "<p>When it is needed, <code>evault key join</code> asks for the groups in their order, and "
    "says which one is mistyped. Capitals or small letters are the same; there is no letter O, I, "
    "L or U, only the digits 0 and 1. The last letter of each group checks the others.</p>\n"
    "<p lang=\"ru\">Когда он понадобится, <code>evault key join</code> спросит группы по порядку "
    "и скажет, в какой из них ошибка. Прописные и строчные буквы равны; букв O, I, L и U здесь "
    "нет, есть только цифры 0 и 1. Последний знак каждой группы проверяет остальные.</p>\n";

static const char notes[] = "<p class=\"line\">Kept by · Хранит</p>\n"
			    "<p class=\"line\">Since · С какого дня</p>\n"
			    "<p class=\"line\">Handed over to · Передано</p>\n"
			    "<p class=\"line\">Notes · Заметки</p>\n"
			    "<p class=\"line\"></p>\n";

static void
add_title(struct ev_buf *html, const struct ev_paper *paper)
{
	if (paper->kind == EV_PAPER_RECOVERY) {
		ev_buf_puts(html, "<h1>Recovery key of a vault</h1>\n"
				  "<h1 lang=\"ru\">Ключ для восстановления хранилища</h1>\n");
		ev_buf_puts(html, about_recovery);
		return;
	}
	ev_buf_printf(
	    html,
	    "<h1>Share %u of the key of a vault</h1>\n"
	    "<h1 lang=\"ru\">Доля %u ключа от хранилища</h1>\n"
	    "<p>Any %u shares of this set open the vault; fewer than that tell nothing of "
	    "what is in it. Never keep two shares in one place.</p>\n"
	    "<p lang=\"ru\">Хранилище открывается, когда собрано долей этого набора: %u, любых; "
	    "меньшее их число ничего не говорит о содержимом. Не храните две доли в одном "
	    "месте.</p>\n",
	    paper->number, paper->number, paper->threshold, paper->threshold);
}

static void
add_groups(struct ev_buf *html, const struct ev_paper *paper)
{
	char text[EV_PAPER_TEXT_SIZE];
	unsigned place;

	ev_paper_text(paper, text);
	ev_buf_puts(html, "<table>\n");
	for (place = 0; place < EV_PAPER_GROUPS; place++) {
		if (place % EV_PAPER_LINE == 0)
			ev_buf_puts(html, "<tr>");
		ev_buf_printf(html, "<td><small>%u</small><b>", place + 1);
		ev_buf_add(html, text + place * (size_t)(EV_PAPER_GROUP + 1), EV_PAPER_GROUP);
		ev_buf_puts(html, "</b></td>");
		if (place % EV_PAPER_LINE == EV_PAPER_LINE - 1)
			ev_buf_puts(html, "</tr>\n");
	}
	ev_buf_puts(html, "</table>\n");
	ev_wipe(text, sizeof(text));
}

static void
add_page(struct ev_buf *html, const struct ev_paper *paper, const char *label, const char *made)
{
	char vault[EV_PAPER_VAULT_SIZE], set[2 * EV_PAPER_SET + 1];

	ev_paper_vault(paper, vault);
	ev_hex_encode(paper->set, sizeof(paper->set), set);
	ev_buf_puts(html, "<section>\n");
	add_title(html, paper);
	add_groups(html, paper);
	ev_buf_printf(html, "<p>Vault · Хранилище: <code>%s</code>", vault);
	if (label != NULL) {
		ev_buf_puts(html, " ");
		ev_html_line(html, ev_slice_text(label));
	}
	ev_buf_printf(html, "<br>\nSet · Набор: <code>%s</code>", set);
	if (made != NULL) {
		ev_buf_puts(html, "<br>\nMade · Создано: ");
		ev_html_line(html, ev_slice_text(made));
	}
	ev_buf_puts(html, "</p>\n");
	ev_buf_puts(html, about_typing);
	ev_buf_puts(html, notes);
	ev_buf_puts(html, "</section>\n");
}

enum evault_status
ev_paper_pages(const struct ev_paper *papers, size_t n, const char *label, const char *made,
	       struct ev_buf *html, struct evault_error *err)
{
	size_t i;

	ev_buf_puts(html, head);
	for (i = 0; i < n; i++)
		add_page(html, &papers[i], label, made);
	ev_buf_puts(html, "</body>\n</html>\n");
	return ev_buf_ask(html, err);
}

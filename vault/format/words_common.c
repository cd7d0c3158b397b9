/*
 * What people take first: the commonest words, names of people and places, what
 * is loved and hoped for, and words of passwords that many have.  The lists
 * are our own, as the others are, and by feeling.  Who guesses tries the first class
 * first: about 2^6 guesses for a word, with the second about 2^8, with the third 2^10.
 */
#include <string.h>

#include "format/words_private.h"

/* clang-format off */
static const char english_first[] =
    " the you and to of in is it that for me my we this be on are not what with your have all no"
    " was do but so if can he she they at one will like love as there from get know go now here"
    " just how or an up our out his her by password who when ";
static const char english_second[] =
    " about admin after again alex alone always am angel anna any baby back bad batman beautiful"
    " because been before best better big black blue boy bring brother call came come could dad"
    " david day did dont down dragon dream each end ever every everything eye eyes family father"
    " fear feel find fire first football forever free freedom friend friends give god gold good"
    " great green had hand happy has hate heart heaven hell hello help him home hope house hunter"
    " into its jesus john keep king kiss last let letmein life light little live long look"
    " lord lost made make man many maria master men michael mine miss mom money monkey moon more"
    " most mother much must name need never new nice night nothing old once only open other over"
    " own peace people play please power pretty princess queen qwerty rain read real red remember"
    " right rock run said say secret see shadow shall should sister sky sleep small smile some"
    " something song soul star stars stay still stop strong sun sunshine superman sweet take tell"
    " than thank their them then these thing think time today together tomorrow too true trust"
    " truth two us very wait want war water way well were where which white why wish woman words"
    " work world would year yes young ";
static const char english_third[] =
    " abc able above access account across act actually adam add age ago ahead ahmed aidana aigul"
    " air alexander alexey ali alice alina alive allah allow almaty almost along already also"
    " amazing america american amina amy anastasia andrea andrew andrey angela animal another"
    " answer anthony anybody anyone anything apple april arman around art arthur aruzhan asdf"
    " asdfgh asel ask askar astana august autumn away awesome azamat babe ball banana"
    " band bank bar barbara barcelona baseball basketball battery beach bear beat became become"
    " bed beer began begin behind beijing being believe bella below benjamin beside between"
    " beyond bible bill bird birth birthday blood board boat bob body bolat book born boss"
    " both bought box brain brave bread break bridge bright broken brown buddy build burn bus"
    " business butter butterfly buy cake camera candy captain car card care carlos carol case"
    " castle cat catch caught cause center chair champion champions chance change changeme"
    " charles charlie check cheese chelsea chicken child children china chocolate choose chris"
    " christ christian christina christmas christopher church city class clean clear click close"
    " clothes cloud coffee cold color common company computer control cook cookie cool correct"
    " cost country couple course court cow crazy cry cup cut daddy daisy dana dance daniel"
    " daniyar dark darkness darling dasha date daughter daulet dawn days dead deal dear death"
    " december deep deer devil diamond didnt die different dima dinara dinner dirty dmitry doctor"
    " does dog dollar dolphin dominic done door double drink drive drop dust eagle early earth"
    " east easy eat edward eight ekaterina elena elephant elizabeth else email emily emma empire"
    " enemy energy england english enjoy enough enter eric erlan eternal eva even evening"
    " everybody everyone evil example excuse face fact faith fall false far fast fat fatima"
    " favorite february feeling feet felt few field fight final finally fine finger fish five"
    " flag flower flowers fly follow food foot force forest forget forgive found four fox frank"
    " friday front fruit full fun funny future galina game games garden gave"
    " george germany girl girls glass goal goat gods going gone goodbye google gorgeous got grace"
    " grand grandma grandpa grass grey ground group grow guest guitar gulnara gun guy hair half"
    " hall hammer hands happiness hard harry hassan hat having head hear heard heavy height henry"
    " hero herself hidden high hill himself history hit hockey hold hole holiday honey honor"
    " horse hospital hot hour hours hundred hurt husband ice idea idiot igor iloveyou important"
    " inside internet irina iron islam island israel itself ivan jack jackson james january jason"
    " jennifer jessica jim job joe joseph joshua joy july jump june justice justin kairat karen"
    " kate katie kazakhstan key keys kid kids kind kingdom kirill kitchen kitty knew"
    " knight kolya kotik laptop large late later laugh laura law lead leader leaf learn least"
    " leave led left leg lemon leo less lesson letter liberty lie linda line lion lisa list"
    " listen liverpool lives living loc lock login london lonely longer looking lose louis lover"
    " loves loving low lubov luck lucky lucy lunch lyublyu lyubov machine mad madina madrid magic"
    " mail main maksim manchester marat march marina mark market marriage married martin mary"
    " masha matrix matter matthew maximus may maybe mean meat meet melissa member memory mercedes"
    " metal michelle midnight might mike million mind minute mirror misha mobile mohammed moment"
    " monday month morning moskva mountain mouse mouth move movie moy moya muhammad murat music"
    " mustang myself names natasha nation nature near neck next nicholas nicole nikita nine"
    " nobody none north nose note november number nurlan ocean october off office often oil okay"
    " oleg olga oliver olivia online orange order others outside pain paint panda paper paradise"
    " parents paris parol part party pass passphrase passw passwd past patrick paul pay pen"
    " perfect person peter phone photo picture pig pink pizza place plan plane planet plant"
    " player pokemon police poor porsche possible potato present president prince private privet"
    " probably problem promise public purple put qazaqstan question quick quiet qwert"
    " qwertyuiop rabbit race radio rainbow ready reason rebel record rest return rich richard"
    " ride ring river road robert robin roman room root rose rossiya round ruslan russia russian"
    " sad safe salt sam samantha samat same samsung samuel san sand sarah sasha saturday saule"
    " save school sea season second security seen self send september sergey serik seven sex sexy"
    " shark ship shoe shop short show side sign silence silver simple since sing single six"
    " skin slow smith smoke snake snow soccer soft sold soldier solnyshko somebody someone"
    " sometimes son songs soon sorry sound south space spartak spider spiderman spirit sport"
    " spring staple starwars state steel step stephen steve steven stone store storm story"
    " strange street student stuff stupid such sugar suit summer sunday super support sure susan"
    " svetlana sword system table taken talgat talk tall tatiana tea teacher team tebya ten test"
    " thanks theresa things third thirteen thirty thomas those thought thousand three through"
    " thunder thursday tiger till times timur tired tonight took top touch touchdown tower town"
    " toyota travel tree trouble truck trustno try tuesday turn turtle tv twelve twenty ugly"
    " under understand united until urumqi use user uyghur valentina vampire van victor victoria"
    " victory video village violet virus vladimir voice vova walk walker wall wanted warm warrior"
    " watch wave weather wednesday week welcome west whatever wheel while whiskey whole wife wild"
    " william wind window wine winner winter wolf women wonder wonderful wood word worry wrong"
    " xinjiang yellow yesterday york yours yourself yuri zaika zarina zenit zero zhanna zoo"
    " zxcvbn ";
static const char russian_first[] =
    " не на что он как это но по то все она так его из за мы ты вы они же от бы мне мой моя мое"
    " меня тебя тебе был была для нет да до или еще если уже где кто люблю люби любовь пароль"
    " привет очень когда только ни ";
static const char russian_second[] =
    " алматы ана астана бала без бог боже большой брат будем будет будь быть вам вас ваш вместе"
    " вода война волк время всегда всего всем всех год город дай два девочка дела дело день"
    " деньги дети добро добрый дом дорога друг друга друзья душа ей ел ему есть жан жақсы жена"
    " жер жизнь жить жол завтра здесь земля зима знаю золото идет именно имя их казахстан король"
    " кот кошка красивая красный кровь куда күн лес лето лучше лучший любимая любимый маленький"
    " мама мамочка мать менің мир много моего моей может можно мои моих море москва муж музыка"
    " мяч навсегда над надежда надо нам нас наш наша небо него нее ней никогда никто ничего новая"
    " новый ночь ну об огонь один опять отан папа первый перед под пока помню после потом почему"
    " правда при про пусть путь раз река родина россия рука руки сам самый свет свобода свой своя"
    " себя сегодня сейчас секрет сені сердце сестра сила скажи сказал слава слова слово смерть"
    " снег собака солнце солнышко спасибо старый счастье сын сүйемін сәлем там твой твоя теперь"
    " тоже три тут тысяча утро хорошо хочу цветы человек чем через черный чтобы эта эти этот"
    " қазақстан ";
static const char russian_third[] =
    " август автобус ад адрес азаттық айгерим айгуль александр александра алексей алена алина"
    " алло америка анастасия ангел андрей анна антон апа апрель арман арсений артем ата аға"
    " бабушка банк баня бауырым бақыт бегу бейбітшілік белка белый берег береза береке бить"
    " близко блин боец болит боль больше борис борода бостандық боюсь брать буду бумага бывает"
    " бываешь бүгін валентина валерий ваня варвара вася вдруг ведь везде великий вера верить"
    " весело весна весь ветер вечер вечно взгляд взять видел видео вижу виктор виктория вино"
    " виталий вкус владимир власть внук воздух вокруг вопрос ворота восемь восток вот враг врач"
    " всю вторник второй выход галина георгий герой гитара глаз глаза глупый говорит говорить"
    " года голова голос гора горе господь гость гроза гулять гүл даже дала дальше дама дарья"
    " двадцать дверь двор девушка девять дед дедушка декабрь денис деревня дерево держи десять"
    " диана дима дмитрий днем дождь доктор долг долго должен дос досым дочка дочь дракон древний"
    " дурак дым дядя евгений егор еда екатерина елена елка еркіндік ертең ехать жарық желание"
    " желтый женщина женя жеңіс живи живой животное живу журнал жүрек жұлдыз забыл забыть завод"
    " зайка зайчик закон заря зачем звезда звезды зверь звук здравствуй зеленый земной зенит"
    " зеркало зло знать значит золотой иван игорь игра идти илья имею иногда интернет ирина"
    " искать истина июль июнь каждый камень карина карта кирилл ключ книга князь козел кольцо"
    " команда комната компьютер конец конечно конь корабль кофе красавица красота кристина кролик"
    " кругом крым ксения куплю көк көктем лариса лев легко лед лежит леша лиза лимон лиса лист"
    " лицо луна любит любите любить любишь людей люди людмила май макс максим малина малыш"
    " мальчик марина мария март махаббат маша машина медведь между мен место месяц мечта милая"
    " миллион милый минута миша младший молодой молоко момент мороз мост муза мысль мышка мясо"
    " наверное навечно надежный назад найти нан народ наталья наташа наурыз начало неделя нельзя"
    " ненавижу никак никита николай ничто нога ноги номер ноябрь нужно нұрлан обед облако одна"
    " одно озеро окно октябрь олег ольга осень остров ответ отец очки палец память папочка парень"
    " париж партия песня песок петр пиво письмо пить планета плохо плохой победа поезд пойдем"
    " поле полный получить помощь понимаю понял пора пошел поэт праздник президент принц"
    " принцесса природа проблема просто прошлое птица пять работа работать рад радость радуга"
    " разве рай рано рассвет рахмет ребенок реклама республика рис родители родной роза роман рот"
    " рубль руслан русский русь рыба рыжий сад самовар самолет саша сашка света светлана свинья"
    " святой север сейф семен семь семья сен сентябрь сергей серебро серый сидит сильный синий"
    " сказать сказка сколько скоро сладкий след слеза слон слышишь слышу смех смотреть смотри"
    " снова собой советский совсем сон сосед спартак спать спокойной среда ссср стакан стало"
    " станция старик стена степь стихи сто стоит стол столица страна страница страх студент су"
    " суббота судьба сука сумка такой татьяна тау твоего твою телефон тень тепло тетя тигр тимур"
    " тихий тихо тогда тоска трава третий труд туда туман тюльпан тюрьма тәуелсіздік угол удача"
    " ужин узнать украина улица улыбка умный урок учитель учить февраль филипп фильм фонарь"
    " футбол халық хлеб хозяин холод холодный хороший храм царь цвет цветок целую цель"
    " церковь чай час часто часы человека черт честь четверг четыре число читать чудо чужой"
    " шаңырақ шесть школа шоколад щенок юлия юра юрий яблоко язык якутия яна январь ярослав іні"
    " қала қыз қыс үй ұлы әже әке ";
/* clang-format on */

struct list {
	const char *words; /* a space before and after each */
	unsigned bits;
};
static const struct list english[] = { { english_first, 6 },
				       { english_second, 8 },
				       { english_third, 10 } };
static const struct list russian[] = { { russian_first, 6 },
				       { russian_second, 8 },
				       { russian_third, 10 } };

unsigned
ev_words_common(enum ev_words_language language, const char *spaced)
{
	const struct list *lists = language == EV_WORDS_RUSSIAN ? russian : english;
	size_t i;

	for (i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		if (strstr(lists[i].words, spaced) != NULL)
			return lists[i].bits;
	return 0;
}

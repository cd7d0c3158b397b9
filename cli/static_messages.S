/* The catalogues of the static program, as msgfmt makes them (static_messages.c). */
	.macro	catalogue code
	.global	static_messages_\code
	.balign	16
static_messages_\code:
	.incbin	"\code\().mo"
	.byte	0
	.endm

	.section .rodata
	catalogue kk
	catalogue ru
	.section .note.GNU-stack,"",@progbits

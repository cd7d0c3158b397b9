/* The catalogues, as msgfmt makes them (catalogue.c). */
	.macro	catalogue code
	.global	catalogue_\code
	.balign	16
catalogue_\code:
	.incbin	"\code\().mo"
	.byte	0
	.endm

	.section .rodata
	catalogue kk
	catalogue ru
	.section .note.GNU-stack,"",@progbits

/**
 * Words of the kernel's C that are no C: annotations that say nothing about what a function does. The lists
 * are a start; whoever has the headers adds what they define as empty or as an attribute.
 */

/** Words that vanish. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(
  (
    '__init __exit __initdata __initconst __exitdata __devinit __cpuinit __meminit __memexit __meminitdata ' +
    '__init_or_module __initdata_or_module __initdata_or_meminfo __init_memblock __initdata_memblock __ref __refdata __refconst ' +
    '__net_init __net_exit __net_initdata __ro_after_init __read_mostly __always_inline __inline_maybe_unused ' +
    'noinline noinline_for_stack noinline_if_stackleak noinline_for_tracing __noinline notrace noinstr ' +
    '__maybe_unused __always_unused __used __unused __must_check __pure __attribute_const__ __weak __cold __hot ' +
    '__deprecated __malloc __visible asmlinkage __sched __kprobes nokprobe_inline __cpuidle __lockfunc ' +
    '__user __kernel __iomem __percpu __rcu __force __nocast __safe __private __bitwise __bitwise__ __packed2__ ' +
    '__latent_entropy __designated_init __randomize_layout __no_randomize_layout __mode __noreturn ' +
    '__no_kcsan __no_sanitize_address __no_kasan_or_inline __no_kcsan_or_inline __no_kasan_or_kcsan ' +
    '__no_sanitize_or_inline __no_sanitize_memory __no_sanitize_undefined __no_sanitize_thread __no_sanitize_coverage ' +
    '__no_kmsan_checks __no_stack_protector __nostackprotector __no_profile __no_fgcse __nocfi __norecordmcount ' +
    '__flatten __gnu_inline __gnu_inline_ __signed_wrap __no_context_analysis randomized_struct_fields_start ' +
    'randomized_struct_fields_end __restrict __restrict__ restrict __compat_ok __nonstring __uninitialized ' +
    'uninitialized_var __initconst_or_module __exit_p __exit_call __init_refok __exit_refok __devexit __cpuexit ' +
    '__sramdata __sramfunc __irq_entry __softirq_entry __exception_irq_entry __entry_text __ksym __kconfig ' +
    '__bpf_kfunc __kfunc __weak_kfunc __ubsan_unused ' +
    '__nosavedata __page_aligned_data __page_aligned_bss __cacheline_aligned_in_smp_data __vsyscall_fn __vdso_data ' +
    '__tracepoint_string __noendbr __cfi __ibt __efi_runtime __efiapi __stdcall __fastcall __cdecl __thiscall ' +
    '__pmem __unaligned _Nonnull _Nullable _Noreturn __thread _Thread_local thread_local _Atomic ' +
    '__extension__ __wsum_force __cpumask_var_read_mostly __fix_address __nopasid KASAN_SANITIZE_OFF ' +
    '__intermediate_aligned __lse_fn __kern_hyp_va __ptrauth __hyp_text __nvhe __percpu_seg_override ' +
    '__head __inittext __section_init __private_extern __no_caller_saved_registers __kcsan_nop __nmi ' +
    'STATIC_IF_NOT __overloadable __diagnose_as __no_pad __alloc_hooks __counted __sched_text __purgatory_ro ' +
    '__realloc_size __gcc_struct __ms_struct __transparent_union __no_split_stack __nonnull_all'
  ).split(/\s+/),
)

/** Words that vanish with the parenthesis behind them. */
export const ANNOTATIONS_WITH_ARGUMENTS: ReadonlySet<string> = new Set(
  (
    '__printf __scanf __section __alloc_size __assume_aligned __must_hold __acquires __releases __acquire_shared ' +
    '__acquires_shared __releases_shared __must_hold_shared __must_not_hold __cond_acquires __cond_releases ' +
    '__cond_acquires_shared __nonnull __copy __alias __diagnose_as __no_sanitize __counted_by __counted_by_le ' +
    '__counted_by_be __counted_by_ptr __sized_by __element_count __errordecl __compiletime_error ' +
    '__compiletime_warning __malloc_like __guarded_by __pt_guarded_by __target __optimize __declspec ' +
    '__excludes __requires_ctx __acquires_ctx __releases_ctx __realloc_size __alloc_align __nonnull_args __bpf_arg ' +
    '__ro_placement __initdata_or_meminfo __init_or_acpi __exit_or_acpi __no_unroll __diag_ignore_attr'
  ).split(/\s+/),
)

/** Annotations that matter, with what they are. */
export const MEANINGFUL: ReadonlyMap<string, 'packed' | 'aligned' | 'cacheline' | 'cleanup'> = new Map([
  ['__packed', 'packed'],
  ['__aligned', 'aligned'],
  ['_Alignas', 'aligned'],
  ['__cacheline_aligned', 'cacheline'],
  ['____cacheline_aligned', 'cacheline'],
  ['__cacheline_aligned_in_smp', 'cacheline'],
  ['____cacheline_aligned_in_smp', 'cacheline'],
  ['__cacheline_internodealigned_in_smp', 'cacheline'],
  ['____cacheline_internodealigned_in_smp', 'cacheline'],
  ['__free', 'cleanup'],
  ['__cleanup', 'cleanup'],
])

/** Other spellings, each no shorter than what it stands for. */
export const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['__const', 'const'],
  ['__const__', 'const'],
  ['__signed', 'signed'],
  ['__signed__', 'signed'],
  ['__volatile', 'volatile'],
  ['__volatile__', 'volatile'],
  ['__inline', 'inline'],
  ['__inline__', 'inline'],
])

export const TYPE_QUALIFIERS: ReadonlySet<string> = new Set(['const', 'volatile'])

export const STORAGE: ReadonlySet<string> = new Set('static extern typedef register auto inline'.split(' '))

/** Words that can only be part of a type. */
export const TYPE_WORDS: ReadonlySet<string> = new Set(
  (
    'void char short int long float double signed unsigned bool _Bool __int128 __int128_t __uint128_t ' +
    '_Float128 __float128 _Complex __complex__ struct union enum const volatile __auto_type __builtin_va_list'
  ).split(' '),
)

/** Types of C that are identifiers to the grammar. */
export const TYPES_BY_NAME: ReadonlySet<string> = new Set(
  '_Bool __int128 __int128_t __uint128_t _Float128 __float128 __builtin_va_list __auto_type'.split(' '),
)

/** Words of the grammar that are types there, so that no expression may be one. */
export const GRAMMAR_TYPES: ReadonlySet<string> = new Set(
  (
    'bool char int float double void size_t ssize_t ptrdiff_t intptr_t uintptr_t charptr_t nullptr_t max_align_t ' +
    'int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t char8_t char16_t char32_t char64_t'
  ).split(' '),
)

export const TYPEOF: ReadonlySet<string> = new Set(
  'typeof __typeof__ __typeof typeof_unqual __typeof_unqual__ __typeof_unqual'.split(' '),
)

export const ASM: ReadonlySet<string> = new Set(
  'asm __asm__ __asm asm_volatile_goto asm_goto_output asm_inline asm_goto'.split(' '),
)

export const STATEMENT_WORDS: ReadonlySet<string> = new Set(
  'if else for while do switch case default return goto break continue'.split(' '),
)

/** Words behind which an expression begins, so that a call there is a call. */
export const BEFORE_EXPRESSION: ReadonlySet<string> = new Set(
  'return case else do sizeof goto __alignof__ __alignof _Alignof alignof __real__ __imag__'.split(' '),
)

/** Whether a name alone tells that it names a type, for text whose headers are not at hand. */
export function looksLikeType(name: string): boolean {
  return /^(?:(?!(?:min|max|clamp)_t$)\w+_t|__(?:u|s|le|be)(?:8|16|32|64)|[us](?:8|16|32|64)|u(?:char|int|long|short))$/.test(
    name,
  )
}

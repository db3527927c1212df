/* nothing: the shortest life a program can have. Built without a C library, so that a process of it costs the kernel's part alone. */
void _start(void) {
#if defined(__x86_64__)
    __asm__ volatile("mov $60, %eax\n xor %edi, %edi\n syscall");
#elif defined(__aarch64__)
    __asm__ volatile("mov x8, #93\n mov x0, #0\n svc #0");
#else
#error "no exit(2) is written down here for this processor"
#endif
    __builtin_unreachable();
}

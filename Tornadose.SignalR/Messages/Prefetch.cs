using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// Asks the processor to load an object into its cache before it is read, so that the memory latency passes while something else runs.
/// </summary>
/// <remarks>
/// The garbage collector may move the object meanwhile. The hint then names memory that nobody reads: it costs a cache line, and cannot
/// fail. On Arm the runtime offers prefetching only with SVE, which is a preview: nothing is done there.
/// </remarks>
internal static class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>Whether the processor supports it. A constant for the JIT compiler, which omits the code that depends on it.</summary>
    public static bool IsSupported => Sse.IsSupported;

    /// <summary>Prefetches the first bytes of an object, without reading any.</summary>
    public static unsafe void Object(object target, int bytes = LineBytes)
    {
        if (!Sse.IsSupported)
            return;
        var address = *(byte**)Unsafe.AsPointer(ref target);
        for (var offset = 0; offset < bytes; offset += LineBytes)
            Sse.Prefetch0(address + offset);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tornadose.SignalR.Messages;

/// <summary>
/// Asks the processor to load an object into its cache before it is read, so that the time which the memory takes passes while something
/// else runs.
/// </summary>
/// <remarks>
/// The garbage collector may move the object meanwhile. Then the hint names memory that nobody reads: it costs a cache line, and cannot
/// fail. The runtime has no such instruction for Arm but those of SVE, which are a preview: there nothing is done.
/// </remarks>
internal static class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>Whether the processor can be asked. A constant for the JIT compiler, which leaves out what depends on it.</summary>
    public static bool IsSupported => Sse.IsSupported;

    /// <summary>Asks for the first bytes of an object. Reads nothing of it.</summary>
    public static unsafe void Object(object target, int bytes = LineBytes)
    {
        if (!Sse.IsSupported)
            return;
        var address = *(byte**)Unsafe.AsPointer(ref target);
        for (var offset = 0; offset < bytes; offset += LineBytes)
            Sse.Prefetch0(address + offset);
    }
}

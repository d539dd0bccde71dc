using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tornadose.Benchmarks.Native;

/// <summary>
/// Ten thousand sockets on one thread, by <c>epoll(7)</c>. .NET's own asynchronous sockets cost several microseconds a receive, more than
/// the server spends on the delivery that is to be measured.
/// </summary>
internal sealed unsafe partial class EpollSet : IDisposable
{
    private const int MaxEvents = 1024;
    private const int ControlAdd = 1;
    private const int ControlDelete = 2;
    private const uint Readable = 1;
    private const int DoNotWait = 0x40;
    private const int NoSignal = 0x4000;

    // struct epoll_event is packed on x64 alone.
    private static readonly int TagOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = TagOffset + 8;

    private readonly int _set = CreateSet(0);
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * (4 + 12)));

    /// <summary>Watches a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="tag">What <see cref="TagAt"/> returns when the socket can be read.</param>
    public void Add(Socket socket, int tag)
    {
        var data = stackalloc byte[16];
        *(uint*)data = Readable;
        *(int*)(data + TagOffset) = tag;
        if (Control(_set, ControlAdd, (int)socket.Handle, data) != 0)
            throw new InvalidOperationException($"epoll_ctl failed with error {Marshal.GetLastPInvokeError()}.");
    }

    public void Remove(Socket socket)
    {
        var data = stackalloc byte[16];
        _ = Control(_set, ControlDelete, (int)socket.Handle, data);
    }

    /// <summary>Waits until some socket can be read.</summary>
    /// <returns>How many can.</returns>
    public int Wait(int milliseconds) => Math.Max(0, Wait(_set, _events, MaxEvents, milliseconds));

    public int TagAt(int index) => *(int*)(_events + (index * EventBytes) + TagOffset);

    /// <summary>Reads what there is.</summary>
    /// <returns>The number of bytes; 0 at the end; negative when there is nothing to read, or the connection broke.</returns>
    public static int Receive(int handle, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Receive(handle, start, bytes.Length, DoNotWait);
    }

    /// <summary>Writes what the system takes at once.</summary>
    public static int Send(int handle, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
            return (int)Send(handle, start, bytes.Length, DoNotWait | NoSignal);
    }

    public void Dispose()
    {
        _ = Close(_set);
        NativeMemory.Free(_events);
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    private static partial int CreateSet(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int set, int operation, int handle, byte* data);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int Wait(int set, byte* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int handle, byte* bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    private static partial nint Send(int handle, byte* bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}

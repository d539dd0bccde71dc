using System.Buffers;
using System.Collections.Concurrent;

namespace Tornadose.SignalR.Tests.DirectSending;

/// <summary>Counts its buffers, and overwrites returned ones, so that a use after the return sends garbage.</summary>
internal sealed class CountingArrayPool : ArrayPool<byte>
{
    private readonly ConcurrentDictionary<byte[], bool> _out = new();
    private int _rented;
    private int _returnedTwice;

    public int Rented => Volatile.Read(ref _rented);

    public int Out => _out.Count;

    public int ReturnedTwice => Volatile.Read(ref _returnedTwice);

    public override byte[] Rent(int minimumLength)
    {
        Interlocked.Increment(ref _rented);
        var bytes = Shared.Rent(minimumLength);
        _out[bytes] = true;
        return bytes;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (!_out.TryRemove(array, out _))
        {
            Interlocked.Increment(ref _returnedTwice);
            return;
        }

        array.AsSpan().Fill(0xEE);
        Shared.Return(array);
    }
}

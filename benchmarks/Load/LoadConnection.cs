using System.Net.Sockets;
using Tornadose.Benchmarks.Native;

namespace Tornadose.Benchmarks.Load;

/// <summary>One subscriber: a socket, and the incomplete end of the last read.</summary>
internal sealed class LoadConnection(Socket socket) : IDisposable
{
    private readonly byte[] _carry = new byte[Mark.Length];
    private AnswerHead? _head = new();
    private Deframer _deframer;
    private int _carried;

    public Socket Socket => socket;

    /// <summary>How many marks it has received.</summary>
    public long Marks { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Reads once and counts the marks.</summary>
    /// <param name="buffer">A buffer for all connections.</param>
    /// <param name="latencies">Where latencies are counted.</param>
    /// <returns>How many marks there were.</returns>
    public int Receive(byte[] buffer, LatencyHistogram latencies)
    {
        var received = EpollSet.Receive((int)socket.Handle, buffer.AsSpan(Mark.Length));
        if (received <= 0)
        {
            IsClosed = received == 0;
            return 0;
        }

        return Take(buffer, received, latencies);
    }

    /// <summary>Waits for the answer, for protocols that begin with more than a request.</summary>
    public void AwaitHead()
    {
        var received = new byte[4096];
        var length = 0;
        while (_head is not null)
        {
            if (socket.Receive(received, 0, 1, SocketFlags.None) == 0 || ++length == received.Length)
                throw new InvalidOperationException("A subscriber's connection was closed.");
            SkipHead(received.AsSpan(0, 1));
        }
    }

    private int Take(byte[] buffer, int received, LatencyHistogram latencies)
    {
        if (_head is not null)
            received = SkipHead(buffer.AsSpan(Mark.Length, received));
        var length = _deframer.Strip(buffer.AsSpan(Mark.Length, received)) + _carried;
        var start = Mark.Length - _carried;
        _carry.AsSpan(0, _carried).CopyTo(buffer.AsSpan(start));
        var payload = buffer.AsSpan(start, length);
        _carried = Mark.Scan(payload, Mark.Now(), latencies, out var count);
        payload[^_carried..].CopyTo(_carry);
        Marks += count;
        return count;
    }

    private int SkipHead(Span<byte> received)
    {
        var rest = _head!.TakeFrom(received);
        if (_head.Framing is { } framing)
        {
            _deframer = new Deframer(framing);
            _head = null;
        }

        return rest;
    }

    public void Dispose() => socket.Dispose();
}

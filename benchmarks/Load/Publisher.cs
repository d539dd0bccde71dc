using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tornadose.Benchmarks.Load;

/// <summary>
/// Publishes over one HTTP connection, on its own thread. At a fixed rate, a message's time is when it was <em>due</em>, and no answer is
/// awaited: a server that falls behind cannot slow down its own measurement.
/// </summary>
internal sealed class Publisher : IDisposable
{
    private const int TimeoutMilliseconds = 20_000;

    private readonly Socket _socket = new(
        AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TimeoutMilliseconds };
    private readonly HttpAnswers _answers = new();
    private readonly byte[] _received = new byte[64 * 1024];
    private readonly IReadOnlyList<string> _paths;
    private int _unanswered;
    private long _published;

    public Publisher(int port, IReadOnlyList<string> paths)
    {
        _paths = paths;
        _socket.Connect(IPAddress.Loopback, port);
    }

    public long Published => Volatile.Read(ref _published);

    /// <summary>Publishes until the plan ends and everything is answered.</summary>
    /// <returns>The seconds between the first publish and the last.</returns>
    public double Run(PublishPlan plan)
    {
        Volatile.Write(ref _published, 0);
        var requests = _paths.Select(path => new PublishRequest(path, plan.Payload)).ToArray();
        var start = Mark.Now();
        var end = start + (long)(plan.Seconds * 1e9);
        var period = plan.Rate > 0 ? 1e9 / plan.Rate : 0;
        for (long i = 0; plan.Messages == 0 || i < plan.Messages; i++)
        {
            var due = period > 0 ? start + (long)(i * period) : Mark.Now();
            if (due >= end)
                break;
            if (period > 0)
                WaitUntil(due);
            Send(requests[i % requests.Length], due);
            while (period == 0 && _unanswered >= plan.Window)
                ReceiveAnswers();
        }

        var took = (Mark.Now() - start) / 1e9;
        while (_unanswered > 0)
            ReceiveAnswers();
        return took;
    }

    public void Dispose() => _socket.Dispose();

    private void Send(PublishRequest request, long due)
    {
        request.Stamp(due);
        _socket.Send(request.Bytes);
        _unanswered++;
        Interlocked.Increment(ref _published);
        while (_socket.Available > 0)
            ReceiveAnswers();
    }

    private void ReceiveAnswers()
    {
        var count = _socket.Receive(_received);
        if (count == 0)
            throw new InvalidOperationException("The server closed the publisher's connection.");
        _unanswered -= _answers.Count(_received.AsSpan(0, count));
    }

    private static void WaitUntil(long due)
    {
        for (var wait = due - Mark.Now(); wait > 0; wait = due - Mark.Now())
            Thread.Sleep((int)((wait + 999_999) / 1_000_000));
    }

    /// <summary>A request whose mark is rewritten for each publish.</summary>
    private sealed class PublishRequest
    {
        private readonly int _markAt;

        public PublishRequest(string path, Payload payload)
        {
            var body = payload.Template;
            var head = Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {payload.ContentType}\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n");
            Bytes = [.. head, .. body];
            _markAt = head.Length + Encoding.UTF8.GetByteCount(payload.Before);
        }

        public byte[] Bytes { get; }

        public void Stamp(long due) => Mark.Write(Bytes.AsSpan(_markAt), due);
    }
}

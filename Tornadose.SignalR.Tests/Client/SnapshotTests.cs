using System.Globalization;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>Snapshots over a wire: slow connections, servers that lag, and a store that is missing for a moment.</summary>
public sealed class SnapshotTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Snapshot_LargeOverASlowLine_IsReadToItsEnd()
    {
        var server = new Server { Body = Window(3) };
        var slow = server.AnswerSlowly();
        var reading = server.CreateReader(_clock).GetSnapshotAsync(seen: null, default);
        foreach (var piece in server.Body.Chunk(20))
        {
            await slow.AskedAsync();
            _clock.Advance(TimeSpan.FromSeconds(40)); // longer than the connect timeout, shorter than the allowed silence
            slow.Write(piece);
        }

        await slow.AskedAsync();
        slow.End();
        Assert.Equal(["m1", "m2", "m3"], (await reading.WithTimeout()).Messages.Select(static message => message.GetText()));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task Snapshot_LineIsDeadInTheMiddle_IsAskedForAnew()
    {
        var server = new Server { Body = Window(3) };
        var slow = server.AnswerSlowly();
        var reading = server.CreateReader(_clock).GetSnapshotAsync(seen: null, default);
        await slow.AskedAsync();
        slow.Write(server.Body.AsSpan(0, 20).ToArray());
        await slow.AskedAsync();
        await UntilAsync(reading);
        Assert.Equal((3, 2), ((await reading).Messages.Count, server.Requests));
    }

    /// <summary>The page was rendered by another node, and this one lags behind it.</summary>
    [Fact]
    public async Task Snapshot_OfAServerThatLagsBehindWhatWasSeen_IsAskedForAnew()
    {
        var server = new Server { Body = Window(3) };
        server.Answer(HttpStatusCode.OK, Window(1));
        server.Answer(HttpStatusCode.OK, Window(2));
        var reading = server.CreateReader(_clock).GetSnapshotAsync(Id(3), default);
        await UntilAsync(reading);
        Assert.Equal((3, 3), ((await reading).Messages.Count, server.Requests));
    }

    [Fact]
    public async Task Snapshot_OfALogThatWasRolledBack_IsTakenAfterSomeTries()
    {
        var server = new Server { Body = Window(1) };
        var reading = server.CreateReader(_clock).GetSnapshotAsync(Id(3), default);
        await UntilAsync(reading);
        Assert.Equal((1, 4), ((await reading).Messages.Count, server.Requests));
    }

    /// <summary>The store is missing while its server is being replaced.</summary>
    [Fact]
    public async Task Snapshot_OfAStoreThatWasSeenAndIsMissingForAMoment_IsAskedForAnew()
    {
        var server = new Server { Body = Window(3) };
        server.Answer(HttpStatusCode.NotFound, []);
        var reading = server.CreateReader(_clock).GetSnapshotAsync(Id(3), default);
        await UntilAsync(reading);
        Assert.Equal((3, 2), ((await reading).Messages.Count, server.Requests));
        server.Answer(HttpStatusCode.NotFound, []);
        await Assert.ThrowsAsync<StoreNotFoundException>(
            () => server.CreateReader(_clock).GetSnapshotAsync(seen: null, default).WithTimeout());
    }

    [Fact]
    public async Task Reader_ReadsAgainWhileItsServerIsAway_SaysThatItConnects()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        var reader = client.GetReader("orders");
        var after = (await reader.GetSnapshotAsync(seen: null, default)).Id;
        await using (var first = reader.ReadAsync(StoreKind.Queue, after, default).GetAsyncEnumerator())
        {
            await site.PublishAsync(1, 1);
            Assert.True(await first.MoveNextAsync().AsTask().WithTimeout());
        }

        await site.KillAsync();
        var states = new List<StoreSubscriptionState>();
        reader.StateChanged += () =>
        {
            lock (states)
                states.Add(reader.State);
        };
        using var stop = new CancellationTokenSource();
        await using var second = reader.ReadAsync(StoreKind.Queue, after, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = second.MoveNextAsync().AsTask();
        lock (states)
            Assert.Equal(StoreSubscriptionState.Connecting, states.FirstOrDefault(StoreSubscriptionState.Failed));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WithTimeout());
    }

    private static string Id(int offset) => new MessagePosition(1, offset, 1).ToString();

    private static byte[] Window(int messages)
    {
        var window = Enumerable.Range(1, messages)
            .Select(static number => string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{Id(number)}}","data":"m{{number}}"}"""));
        return Encoding.UTF8.GetBytes($$"""{"store":"orders","messages":[{{string.Join(',', window)}}],"id":"{{Id(messages)}}"}""");
    }

    private Task UntilAsync(Task done) => Eventually.TrueAsync(() =>
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return done.IsCompleted;
    });

    /// <summary>Returns the given responses, then always the same one.</summary>
    private sealed class Server : HttpMessageHandler
    {
        private readonly Queue<HttpResponseMessage> _answers = new();

        public required byte[] Body { get; init; }

        public int Requests { get; private set; }

        public void Answer(HttpStatusCode status, byte[] body) =>
            _answers.Enqueue(new HttpResponseMessage(status) { Content = new ByteArrayContent(body) });

        public SlowStream AnswerSlowly()
        {
            var stream = new SlowStream();
            _answers.Enqueue(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) });
            return stream;
        }

        public IStoreReader CreateReader(TimeProvider clock) => new TornadoseClient(
            new HttpClient(this) { BaseAddress = new Uri("http://stores.example/stores") },
            new TornadoseClientOptions { TimeProvider = clock }).GetReader("orders");

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(_answers.TryDequeue(out var answer)
                ? answer
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Body) });
        }
    }

    /// <summary>Returns what is written to it, and reports when a reader waits for more.</summary>
    private sealed class SlowStream : Stream
    {
        private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
        private readonly SemaphoreSlim _asked = new(0);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public Task AskedAsync() => _asked.WaitAsync().WithTimeout();

        public void Write(byte[] piece) => _pieces.Writer.TryWrite(piece);

        public void End() => _pieces.Writer.Complete();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _asked.Release();
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken) || !_pieces.Reader.TryRead(out var piece))
                return 0;
            piece.CopyTo(buffer);
            return piece.Length;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

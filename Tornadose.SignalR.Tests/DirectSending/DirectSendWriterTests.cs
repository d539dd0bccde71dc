using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tornadose.SignalR.DirectSending;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.DirectSending;

/// <summary>The writer on a real socket, with a queue that the test reads: data in the queue was not sent directly.</summary>
public sealed class DirectSendWriterTests : IDisposable
{
    private readonly Socket _server;
    private readonly Socket _client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Pipe _queue = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
    private readonly CountingArrayPool _buffers = new();
    private readonly DirectSendWriter _writer;

    public DirectSendWriterTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client.ReceiveBufferSize = 4096;
        _client.ReceiveTimeout = (int)Eventually.HangTimeout.TotalMilliseconds;
        _client.Connect(listener.LocalEndPoint!);
        _server = listener.Accept();
        _writer = new DirectSendWriter(_server, _queue.Writer, _buffers);
        _writer.BeginStream();
    }

    public void Dispose()
    {
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public void Flush_Small_IsSentWithinTheFlush()
    {
        Assert.Equal(default, Flush("hello"));

        Assert.Equal("hello", Receive());
        Assert.False(_queue.Reader.TryRead(out _));
        AssertBuffersReturned();
    }

    [Fact]
    public void Flush_NoStream_GoesThroughTheQueue()
    {
        _writer.EndStream();

        Flush("hello");

        Assert.Equal("hello", Drain());
        Assert.Equal(0, _buffers.Rented);
    }

    [Fact]
    public void Flush_StreamEndedBetweenWriteAndFlush_IsSent()
    {
        _writer.Write("a"u8);
        _writer.EndStream();
        _writer.Write("b"u8);
        Flush("c");
        Flush("d");

        Assert.Equal("abc", Receive());
        Assert.Equal("d", Drain());
        AssertBuffersReturned();
    }

    [Fact]
    public void Flush_QueueNotSent_GoesBehindIt()
    {
        _writer.EndStream();
        Flush("first");
        _writer.BeginStream();

        Flush("second");

        Assert.Equal("firstsecond", Drain());
        Flush("third");
        Assert.Equal("third", Receive());
    }

    [Fact]
    public void Flush_QueueReadAndNotSent_GoesBehindIt()
    {
        _writer.EndStream();
        Flush("first");
        _writer.BeginStream();
        Assert.True(_queue.Reader.TryRead(out var read));
        _queue.Reader.AdvanceTo(read.Buffer.End); // the loop sends it now

        Flush("second");
        Assert.Equal("second", Drain());
    }

    [Fact]
    public void Write_MoreThanABuffer_GoesThroughTheQueueInOrder()
    {
        var text = string.Concat(Enumerable.Range(0, 4000).Select(static i => $"{i},"));
        _writer.Write("start "u8);
        _writer.Write(Encoding.ASCII.GetBytes(text));

        Flush(" end");

        Assert.Equal($"start {text} end", Drain());
        AssertBuffersReturned();
    }

    [Fact]
    public void GetMemory_HintLargerThanTheRest_KeepsTheOrder()
    {
        _writer.Write(new byte[4000]);
        Assert.True(_writer.GetMemory(1000).Length >= 1000);
        _writer.Advance(1000);

        _writer.FlushAsync();

        Assert.Equal(5000, Drain().Length);
        AssertBuffersReturned();
    }

    [Fact]
    public void Flush_SocketFull_QueuesTheRestAndReturnsToDirect()
    {
        var sent = new StringBuilder();
        for (var i = 0; !IsQueued(); i++)
        {
            var text = $"{i:000000}{new string('x', 3000)}";
            Flush(text);
            sent.Append(text);
        }

        Flush("behind");
        var queued = Drain();
        var received = Receive(sent.Length + "behind".Length - queued.Length);
        Assert.Equal($"{sent}behind", received + queued);

        Assert.True(_server.Poll(Eventually.HangTimeout, SelectMode.SelectWrite));
        Flush("direct");
        Assert.Equal("direct", Receive());
        AssertBuffersReturned();
    }

    [Fact]
    public async Task Flush_SocketFullAndQueueFull_WaitsForTheQueue()
    {
        ValueTask<FlushResult> flush = default;
        for (var i = 0; i < 10_000 && flush.IsCompleted; i++)
        {
            _writer.Write(new byte[3000]);
            flush = _writer.FlushAsync();
        }

        Assert.False(flush.IsCompleted);
        Drain();
        Assert.False((await flush.AsTask().WaitAsync(Eventually.HangTimeout)).IsCompleted);
    }

    [Fact]
    public async Task Flush_CancelledToken_ThrowsAsAPipeDoes()
    {
        var pipe = new Pipe();
        pipe.Writer.Write("x"u8);
        var expected = await Record.ExceptionAsync(async () => await pipe.Writer.FlushAsync(new CancellationToken(canceled: true)));
        _writer.Write("x"u8);

        var failure = await Record.ExceptionAsync(async () => await _writer.FlushAsync(new CancellationToken(canceled: true)));

        Assert.Equal(expected?.GetType(), failure?.GetType());
        AssertBuffersReturned();
    }

    [Fact]
    public async Task CancelPendingFlush_BeforeADirectFlush_CancelsThatOneOnly()
    {
        _writer.CancelPendingFlush();

        _writer.Write("a"u8);
        Assert.True((await _writer.FlushAsync()).IsCanceled);
        _writer.Write("b"u8);
        Assert.False((await _writer.FlushAsync()).IsCanceled);
        Assert.Equal("ab", Drain());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Flush_FailedSocket_LeavesTheBytesToTheQueueAndThrowsNothing(bool disposed)
    {
        if (disposed)
            _server.Dispose();
        else
            _server.Shutdown(SocketShutdown.Both);

        Flush("lost");

        Assert.Equal("lost", Drain());
        AssertBuffersReturned();
    }

    [Fact]
    public async Task Flush_LoopHasEnded_IsCompleted()
    {
        _server.Shutdown(SocketShutdown.Both);
        Flush("lost");
        _queue.Reader.Complete();

        _writer.Write("x"u8);
        Assert.True((await _writer.FlushAsync()).IsCompleted);
        AssertBuffersReturned();
    }

    [Fact]
    public void Complete_Unflushed_IsGivenToTheQueueAndWritingEnds()
    {
        _writer.Write("rest"u8);

        _writer.Complete();
        _writer.Complete();

        Assert.Equal("rest", Drain());
        Assert.Throws<InvalidOperationException>(() => _writer.GetMemory());
        Assert.Equal(0, _buffers.ReturnedTwice);
    }

    [Fact]
    public void Advance_BeyondTheBuffer_Throws()
    {
        var length = _writer.GetMemory().Length;

        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.Advance(length + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _writer.Advance(-1));
    }

    [Fact]
    public void UnflushedBytes_DirectAndQueued_CountsBoth()
    {
        Assert.True(_writer.CanGetUnflushedBytes);
        _writer.Write(new byte[100]);
        Assert.Equal(100, _writer.UnflushedBytes);
        _writer.Write(new byte[10_000]);
        Assert.Equal(10_100, _writer.UnflushedBytes);
        _writer.FlushAsync();
        Assert.Equal(0, _writer.UnflushedBytes);
    }

    [Fact]
    public void Flush_Direct_AllocatesNothing()
    {
        var writer = new DirectSendWriter(_server, _queue.Writer, ArrayPool<byte>.Shared);
        writer.BeginStream();
        var received = new byte[4096];
        var allocated = long.MaxValue;
        for (var i = 0; i < 200 && allocated > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            writer.Write("data: x\n\n"u8);
            var flush = writer.FlushAsync();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(flush.IsCompletedSuccessfully);
            _client.Receive(received);
        }

        Assert.Equal(0, allocated);
    }

    private FlushResult Flush(string text)
    {
        _writer.Write(Encoding.ASCII.GetBytes(text));
        var flush = _writer.FlushAsync();
        Assert.True(flush.IsCompletedSuccessfully);
        return flush.Result;
    }

    private bool IsQueued()
    {
        if (!_queue.Reader.TryRead(out var read))
            return false;
        _queue.Reader.AdvanceTo(read.Buffer.Start);
        return !read.Buffer.IsEmpty;
    }

    /// <summary>The content of the queue, which counts as sent afterwards.</summary>
    private string Drain()
    {
        if (!_queue.Reader.TryRead(out var read))
            return "";
        var text = Encoding.ASCII.GetString(read.Buffer);
        _queue.Reader.AdvanceTo(read.Buffer.End);
        _writer.Sent(text.Length);
        return text;
    }

    private string Receive()
    {
        var bytes = new byte[4096];
        return Encoding.ASCII.GetString(bytes, 0, _client.Receive(bytes));
    }

    private string Receive(int count)
    {
        var text = new StringBuilder();
        while (text.Length < count && Receive() is { Length: > 0 } part)
            text.Append(part);
        return text.ToString();
    }

    private void AssertBuffersReturned()
    {
        Assert.Equal(0, _buffers.ReturnedTwice);
        Assert.Equal(0, _buffers.Out);
    }
}

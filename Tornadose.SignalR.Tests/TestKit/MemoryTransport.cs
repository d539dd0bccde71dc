using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Connections to a real Kestrel without a network: thousands of them, and no ports.</summary>
internal sealed class MemoryTransport : IConnectionListenerFactory
{
    private readonly List<Listener> _listeners = [];

    private MemoryTransport()
    {
    }

    /// <summary>Makes the host that is being built listen here instead of on sockets.</summary>
    public static MemoryTransport Use(WebApplicationBuilder builder)
    {
        var transport = new MemoryTransport();
        builder.Services.AddSingleton<IConnectionListenerFactory>(transport);
        return transport;
    }

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(endpoint);
        _listeners.Add(listener);
        return new(listener);
    }

    /// <summary>Opens a connection to the HTTP/1.1 endpoint.</summary>
    public RawConnection Connect()
    {
        var (toServer, toClient) = (
            new Pipe(new PipeOptions(useSynchronizationContext: false)), new Pipe(new PipeOptions(useSynchronizationContext: false)));
        var input = new GuardedWriter(toServer.Writer);
        _listeners[0].Add(new ServerEnd(new Duplex(toServer.Reader, toClient.Writer), input));
        return new RawConnection(
            new DuplexStream(toClient.Reader, input), () => input.Complete(null),
            () => input.Complete(new IOException("The connection was reset.")));
    }

    private sealed class Listener(EndPoint endpoint) : IConnectionListener
    {
        private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => endpoint;

        public void Add(ConnectionContext connection) => Assert.True(_connections.Writer.TryWrite(connection));

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _connections.Reader.WaitToReadAsync(cancellationToken)
                && _connections.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _connections.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class ServerEnd(Duplex transport, GuardedWriter input) : DefaultConnectionContext(
        Guid.NewGuid().ToString("N"), transport, transport)
    {
        public override void Abort(ConnectionAbortedException abortReason)
        {
            base.Abort(abortReason);
            input.Complete(abortReason);
        }

        /// <summary>Does not call the base, which disposes of a token source that <see cref="Abort"/> may be about to cancel.</summary>
        public override async ValueTask DisposeAsync()
        {
            await transport.Input.CompleteAsync();
            await transport.Output.CompleteAsync();
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }

    /// <summary>A pipe writer that one side writes to and either side may complete.</summary>
    private sealed class GuardedWriter(PipeWriter writer)
    {
        private readonly Lock _gate = new();
        private bool _completed;

        public ValueTask<FlushResult> WriteAsync(ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                if (_completed)
                    throw new IOException("The connection has ended.");
                bytes.CopyTo(writer.GetSpan(bytes.Length));
                writer.Advance(bytes.Length);
                return writer.FlushAsync();
            }
        }

        public void Complete(Exception? reason)
        {
            lock (_gate)
            {
                if (!_completed)
                    writer.Complete(reason);
                _completed = true;
            }
        }
    }

    private sealed class DuplexStream(PipeReader reader, GuardedWriter writer) : Stream
    {
        private readonly Stream _read = reader.AsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _read.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await writer.WriteAsync(buffer.Span);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            writer.Complete(null);
            _read.Dispose();
        }
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A connection that reads only when it is told to. Readers take what is complete in <see cref="Buffered"/> and fill otherwise, so a
/// canceled wait loses nothing.
/// </summary>
public sealed class RawConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly Action _endWriting;
    private readonly Action _abort;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <param name="stream">The bytes in both directions.</param>
    /// <param name="endWriting">Ends the own side; by default, closes the stream.</param>
    /// <param name="abort">Ends both sides as a crash does; by default, closes the stream.</param>
    public RawConnection(Stream stream, Action? endWriting = null, Action? abort = null) =>
        (_stream, _endWriting, _abort) = (stream, endWriting ?? stream.Dispose, abort ?? stream.Dispose);

    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start.._end);

    /// <param name="url">Host and port to connect to; over TLS, with any certificate, where the scheme is <c>https</c>.</param>
    /// <param name="receiveBufferBytes">A small window makes a reader that stops reading stall its writer early.</param>
    public static async Task<RawConnection> ConnectAsync(Uri url, int? receiveBufferBytes = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes is { } size)
            socket.ReceiveBufferSize = size;
        try
        {
            await socket.ConnectAsync(url.Host, url.Port).WithTimeout();
            return new RawConnection(await StreamAsync(socket, url), () => socket.Shutdown(SocketShutdown.Send), Abort);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        void Abort()
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes).WithTimeout();
        await _stream.FlushAsync().WithTimeout();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public void Consume(int count) => _start += count;

    /// <summary>Receives more bytes into <see cref="Buffered"/>; false when the peer has ended its side.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="most">The maximum number of bytes to take, for a slow reader.</param>
    /// <exception cref="IOException">The peer has reset the connection.</exception>
    public async Task<bool> FillAsync(CancellationToken cancellationToken, int most = int.MaxValue)
    {
        MakeRoom();
        var received = await _stream.ReadAsync(_buffer.AsMemory(_end, Math.Min(most, _buffer.Length - _end)), cancellationToken);
        _end += received;
        return received > 0;
    }

    /// <summary>Fills until <paramref name="count"/> bytes are buffered; false when the peer ended before.</summary>
    public async Task<bool> FillToAsync(int count, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync(cancellationToken))
                return false;
        }

        return true;
    }

    /// <summary>Reads a line that ends with CRLF, without it; null when the peer ended before.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = Buffered.IndexOf("\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
                return null;
        }

        var line = Encoding.Latin1.GetString(Buffered[..length]);
        Consume(length + 2);
        return line;
    }

    /// <summary>Ends the own side: the peer reads an end of stream.</summary>
    public void EndWriting() => _endWriting();

    /// <summary>Ends the own side and waits for the peer to end its own: a graceful close.</summary>
    public async Task CloseAsync()
    {
        EndWriting();
        using var hang = new CancellationTokenSource(Eventually.HangTimeout);
        while (await FillAsync(hang.Token))
            Consume(Buffered.Length);
        _stream.Close();
    }

    /// <summary>Closes with RST, as a crashed peer does.</summary>
    public void Abort() => _abort();

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<Stream> StreamAsync(Socket socket, Uri url)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (url.Scheme != Uri.UriSchemeHttps)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = url.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        }).WithTimeout();
        return secure;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
            return;
        var live = _end - _start;
        var target = live > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        Buffer.BlockCopy(_buffer, _start, target, 0, live);
        (_buffer, _start, _end) = (target, 0, live);
    }
}

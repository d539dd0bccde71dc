using System.Globalization;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// An HTTP/1.1 client on a bare socket: it sends exactly what it is told to, adds only <c>Host</c> (and a
/// <c>Content-Length</c> for a body), and shows the response as received.
/// </summary>
public sealed class RawHttp : IAsyncDisposable
{
    private readonly HttpBodyDecoder _body;

    private RawHttp(RawConnection connection, int status, List<KeyValuePair<string, string>> headers, bool hasBody)
    {
        (Connection, Status, Headers) = (connection, status, headers);
        var chunked = Header("Transfer-Encoding") == "chunked";
        long? length = Header("Content-Length") is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
        _body = new HttpBodyDecoder(connection, chunked && hasBody, hasBody ? length : 0);
    }

    public RawConnection Connection { get; }

    public int Status { get; }

    /// <summary>Every header line in its order; a name can occur twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    public static Task<RawHttp> GetAsync(Uri url, params (string Name, string Value)[] headers) =>
        SendAsync(url, "GET", headers);

    /// <summary>Sends a request and reads the answer up to the end of its headers.</summary>
    /// <param name="url">The target; its path and query are sent unchanged.</param>
    /// <param name="method">Any token.</param>
    /// <param name="headers">Sent as given; a <c>Host</c> among them replaces the default one.</param>
    /// <param name="body">The body, if any.</param>
    /// <param name="version"><c>1.1</c> or <c>1.0</c>.</param>
    /// <param name="receiveBufferBytes">See <see cref="RawConnection.ConnectAsync"/>.</param>
    public static async Task<RawHttp> SendAsync(
        Uri url, string method, IEnumerable<(string Name, string Value)>? headers = null, byte[]? body = null,
        string version = "1.1", int? receiveBufferBytes = null)
    {
        var connection = await RawConnection.ConnectAsync(url, receiveBufferBytes);
        try
        {
            return await SendAsync(connection, url, method, headers, body, version);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same on an existing connection.</summary>
    public static async Task<RawHttp> SendAsync(
        RawConnection connection, Uri url, string method, IEnumerable<(string Name, string Value)>? headers = null, byte[]? body = null,
        string version = "1.1")
    {
        await connection.SendAsync(Request(url, method, [.. headers ?? []], body, version));
        if (body is not null)
            await connection.SendAsync(body);
        return await ReadHeadAsync(connection, method);
    }

    /// <summary>The value of a header, case-insensitive; several lines joined with a comma; null when absent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(header => header.Value).ToArray();
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>The next decoded bytes of the body; empty at its proper end.</summary>
    public async Task<byte[]> ReadAsync(TimeSpan? timeout = null)
    {
        using var hang = new CancellationTokenSource(timeout ?? Eventually.HangTimeout);
        try
        {
            return await _body.ReadAsync(hang.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("No byte of the response body came in time.");
        }
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new List<byte>();
        for (var piece = await ReadAsync(); piece.Length > 0; piece = await ReadAsync())
            all.AddRange(piece);
        return [.. all];
    }

    public async Task<string> ReadTextAsync() => Encoding.UTF8.GetString(await ReadToEndAsync());

    public Task CloseAsync() => Connection.CloseAsync();

    public void Abort() => Connection.Abort();

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static string Request(Uri url, string method, (string Name, string Value)[] headers, byte[]? body, string version)
    {
        var text = new StringBuilder($"{method} {url.PathAndQuery} HTTP/{version}\r\n");
        if (!headers.Any(header => header.Name.Equals("Host", StringComparison.OrdinalIgnoreCase)))
            text.Append(CultureInfo.InvariantCulture, $"Host: {url.Authority}\r\n");
        foreach (var (name, value) in headers)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (body is not null)
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return text.Append("\r\n").ToString();
    }

    private static async Task<RawHttp> ReadHeadAsync(RawConnection connection, string method)
    {
        using var hang = new CancellationTokenSource(Eventually.HangTimeout);
        var status = int.Parse((await LineAsync()).Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = new List<KeyValuePair<string, string>>();
        for (var line = await LineAsync(); line.Length > 0; line = await LineAsync())
        {
            var colon = line.IndexOf(':');
            headers.Add(KeyValuePair.Create(line[..colon], line[(colon + 1)..].Trim()));
        }

        return new RawHttp(connection, status, headers, hasBody: method != "HEAD" && status is not (101 or 204 or 304));

        async Task<string> LineAsync() => await connection.ReadLineAsync(hang.Token)
            ?? throw new EndOfStreamException("The connection ended inside the response headers.");
    }
}

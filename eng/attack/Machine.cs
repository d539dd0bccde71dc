using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Tornadose.Attack;

/// <summary>A machine with its own address, and the requests that it sends.</summary>
internal sealed class Machine : IDisposable
{
    private const int SmallWindow = 4096;

    private readonly IPEndPoint _from;
    private readonly IPEndPoint _server;
    private readonly List<IDisposable> _open = [];
    private readonly SocketsHttpHandler _plain;

    public Machine(string address, int port)
    {
        _from = new IPEndPoint(IPAddress.Parse(address), 0);
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _plain = Handler(receiveBuffer: 0);
        Http = new HttpClient(_plain) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    public async Task<int> PostAsync(string store, HttpContent body, params (string Name, string Value)[] headers) =>
        (await PostForTextAsync($"/stores/{store}", body, headers)).Status;

    public Task<int> PostAsync(string store, string text, params (string Name, string Value)[] headers) =>
        PostAsync(store, new StringContent(text), headers);

    public async Task<(int Status, string Text)> PostForTextAsync(
        string path, HttpContent body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        return await SendAsync(request, headers);
    }

    public async Task<(int Status, string Text)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, headers);
    }

    /// <summary>Returns only the status of a response, which may have no end.</summary>
    public async Task<int> StatusAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)response.StatusCode;
    }

    /// <summary>Opens a raw TCP connection.</summary>
    public async Task<Socket> ConnectAsync(int receiveBuffer = 0, int port = 0)
    {
        var socket = await DialAsync(_from, port == 0 ? _server : new IPEndPoint(IPAddress.Loopback, port), receiveBuffer, default);
        _open.Add(socket);
        return socket;
    }

    /// <summary>Sends requests over connections with small windows, and reads nothing.</summary>
    public async Task<List<Socket>> StallAsync(int count, string path, string accept)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n");
        var sockets = new List<Socket>();
        for (var reader = 0; reader < count; reader++)
        {
            var socket = await ConnectAsync(SmallWindow);
            await socket.SendAsync(request);
            sockets.Add(socket);
        }

        return sockets;
    }

    /// <summary>Opens a WebSocket; null, with the status, if it is refused.</summary>
    public async Task<(ClientWebSocket? Socket, int Status)> WebSocketAsync(string path, string? origin = null, bool smallWindow = false)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        var handler = Handler(smallWindow ? SmallWindow : 0);
        _open.Add(handler);
        try
        {
            await socket.ConnectAsync(
                new Uri($"ws://127.0.0.1:{_server.Port}{path}"), new HttpMessageInvoker(handler, disposeHandler: false), default);
            _open.Add(socket);
            return (socket, 101);
        }
        catch (WebSocketException)
        {
            using (socket)
                return (null, (int)socket.HttpStatusCode);
        }
    }

    /// <summary>Opens a connection to the hub, handshake included.</summary>
    public async Task<ClientWebSocket> HubAsync(bool smallWindow = false)
    {
        var (socket, status) = await WebSocketAsync("/hubs/stores", smallWindow: smallWindow);
        if (socket is null)
            throw new InvalidOperationException($"The hub answers {status}.");
        await SayAsync(socket, """{"protocol":"json","version":1}""");
        return socket;
    }

    /// <summary>Sends a message of the JSON hub protocol.</summary>
    public static ValueTask SayAsync(ClientWebSocket socket, string json) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(json + "\u001e"), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, default);

    public void Dispose()
    {
        foreach (var open in _open)
            open.Dispose();
        Http.Dispose();
    }

    private async Task<(int Status, string Text)> SendAsync(HttpRequestMessage request, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private SocketsHttpHandler Handler(int receiveBuffer) => new()
    {
        MaxConnectionsPerServer = 64,
        AllowAutoRedirect = false,
        ResponseDrainTimeout = TimeSpan.Zero, // streams have no end to wait for
        UseCookies = false,
        ConnectCallback = async (_, cancellationToken) =>
            new NetworkStream(await DialAsync(_from, _server, receiveBuffer, cancellationToken), ownsSocket: true),
    };

    private static async Task<Socket> DialAsync(IPEndPoint from, IPEndPoint to, int receiveBuffer, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        socket.Bind(from);
        await socket.ConnectAsync(to, cancellationToken);
        return socket;
    }
}

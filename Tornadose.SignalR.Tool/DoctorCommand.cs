using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// Looks at a store as its readers do, and says in words what stands in their way: (1) an answer that ends; (2) a stream, its headers and
/// its beginning; (3) whether ids get through, by the request's header and its query; (4) a WebSocket; (5) a message, when asked to;
/// (6) how long streams are left open. What an answer that ends has and a stream has not, something in between keeps.
/// </summary>
internal sealed class DoctorCommand(Uri url, string? token, TimeSpan watch, TimeSpan patience, TextWriter output)
{
    /// <summary>No server has issued it, so that it is answered by a reset wherever it arrives.</summary>
    private const string StrangeId = "doctor";

    private const string ResumeHeader = "Tornadose-Resume";

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    private bool _foundFault;

    /// <returns>The exit code: 1 where there is a fault.</returns>
    public async Task<int> RunAsync(bool publishes, CancellationToken stop)
    {
        using var http = _http;
        try
        {
            if (await AnswerAsync(stop))
            {
                using var stream = await OpenAsync(stop);
                if (stream is not null)
                {
                    await ResumeAsync("its header Last-Event-ID", static _ => { }, ("Last-Event-ID", StrangeId), stop);
                    await ResumeAsync("the query's after=", static query => query.Add($"after={StrangeId}"), null, stop);
                }

                using var socket = await ConnectAsync(stop);
                if (publishes && stream is not null)
                    await PublishAsync(stop);
                await Task.WhenAll(WatchAsync(stream, stop), WatchAsync(socket, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return _foundFault ? 1 : 0; // Ctrl+C
        }

        Say(_foundFault ? "There are faults; docs/deploying.md has the lines for each proxy." : "Nothing stands in the way.");
        return _foundFault ? 1 : 0;
    }

    /// <summary>(1)</summary>
    private async Task<bool> AnswerAsync(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var deadline = Deadline(stop);
            using var response = await _http.SendAsync(Request("application/json", static query => query.Add("last=1")), deadline.Token);
            var took = Stopwatch.GetElapsedTime(began);
            if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NoContent)
                return Fault(Refusal(response));
            if (response.Content.Headers.ContentType?.MediaType != "application/json")
                return Fault(
                    $"What answers is no store: it sends {response.Content.Headers.ContentType?.MediaType ?? "nothing"}. "
                    + "A page for signing in, another application, or a path that the proxy does not pass on? "
                    + "MapStores(\"/stores\") gives /stores/orders.");
            var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(deadline.Token));
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("id", out _))
                return Fault("What answers is no store: its JSON has no id.");
            if (answer.TryGetProperty("ended", out _))
                return Fault("The store is complete: nothing more will come, and streams end at once. Look at another one.");
            Ok($"A whole answer takes {Milliseconds(took)}, over HTTP/{response.Version}{Names(response)}.");
            if (response.Version.Major < 2)
                Note("Browsers open six connections to a site over HTTP/1.1, so six streams in all tabs. Over HTTP/2, "
                    + "which needs TLS, they share one.");
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Fault($"Nothing answers within {patience.TotalSeconds:0} s.");
        }
        catch (JsonException)
        {
            return Fault("What answers is no store, or something has changed its answer: it is not JSON.");
        }
        catch (HttpRequestException failure)
        {
            return Fault(failure.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError =>
                    $"The name {url.Host} is not known here: look at the URL, and at this machine's DNS.",
                HttpRequestError.SecureConnectionError => $"TLS fails: {(failure.InnerException ?? failure).Message} "
                    + "Browsers refuse it as well. Is the certificate of this name, still valid, and of an authority that this "
                    + "machine trusts, with those in between sent along? Is it https that this port speaks?",
                HttpRequestError.ConnectionError => $"Nothing listens at {url.Authority}, or a firewall is in between: {failure.Message}",
                _ => failure.Message,
            });
        }
    }

    /// <summary>(2)</summary>
    private async Task<OpenStream?> OpenAsync(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            using var deadline = Deadline(stop);
            response = await SendAsync(Request("text/event-stream"), deadline.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                Fault($"A stream is refused: {Refusal(response)}");
                response.Dispose();
                return null;
            }

            CheckHeaders(response);
            var stream = new OpenStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
            await stream.ReadAsync(deadline.Token);
            Ok($"A stream begins within {Milliseconds(Stopwatch.GetElapsedTime(began))}.");
            return stream;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Fault($"A stream's beginning does not come within {patience.TotalSeconds:0} s, though a whole answer does: "
                + "something collects the "
                + "response until it ends. For nginx: proxy_buffering off. A compressing proxy: leave out text/event-stream.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Fault($"A stream is cut at its beginning: {failure.Message}");
        }

        response?.Dispose();
        return null;
    }

    private void CheckHeaders(HttpResponseMessage response)
    {
        var headers = response.Headers;
        if (headers.CacheControl is not { NoStore: true })
            Fault("The stream's Cache-Control was taken away on the way: a cache may store it, and give others an old one.");
        else if (!headers.CacheControl.NoTransform)
            Fault("The stream's Cache-Control has lost its no-transform: something may compress the stream, and hold back "
                + "what it compresses.");
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(static coding => coding != "identity") is { } coding)
            Fault($"The stream is compressed on the way ({coding}): messages wait until a block is full. Leave out text/event-stream.");
        if (!headers.Contains(ResumeHeader))
            Fault($"The header {ResumeHeader} was taken away: pages cannot tell whether their id was understood.");
    }

    /// <summary>(3)</summary>
    private async Task ResumeAsync(string where, Action<List<string>> query, (string Name, string Value)? header, CancellationToken stop)
    {
        try
        {
            using var deadline = Deadline(stop);
            var request = Request("text/event-stream", query);
            if (header is { } given)
                request.Headers.Add(given.Name, given.Value);
            using var response = await SendAsync(request, deadline.Token);
            var word = response.Headers.TryGetValues(ResumeHeader, out var values) ? values.First() : null;
            if (word == "live")
                Fault($"The id of a reader who comes back is lost on the way ({where}): what came meanwhile would be missing, silently.");
            else if (word is not null)
                Ok($"Ids get through by {where}.");
        }
        catch (Exception failure) when (
            failure is HttpRequestException || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Fault($"A second stream beside the first is not answered ({where}): something allows one alone.");
        }
    }

    /// <summary>(4)</summary>
    private async Task<ClientWebSocket?> ConnectAsync(CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (token is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        try
        {
            using var deadline = Deadline(stop);
            var address = new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;
            await socket.ConnectAsync(address, deadline.Token);
            Ok("A WebSocket opens.");
            return socket;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Fault($"A WebSocket is not answered within {patience.TotalSeconds:0} s: a proxy that does not pass the "
                + "upgrade on, and collects.");
        }
        catch (WebSocketException failure)
        {
            Fault(socket.HttpStatusCode is var status and not 0
                ? $"A WebSocket is refused with {(int)status}: a proxy that does not pass the upgrade on, or an application without " +
                    "UseWebSockets(). "
                    + "For nginx: proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade, proxy_set_header Connection \"upgrade\"."
                : $"A WebSocket is cut at its beginning: {failure.Message}");
        }

        socket.Dispose();
        return null;
    }

    /// <summary>(5)</summary>
    private async Task PublishAsync(CancellationToken stop)
    {
        try
        {
            using var deadline = Deadline(stop);
            using var response = await SendAsync(Request("text/event-stream"), deadline.Token);
            using var stream = new OpenStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
            await stream.ReadAsync(deadline.Token);
            var text = $"tornadose doctor {Guid.NewGuid():N}";
            var began = Stopwatch.GetTimestamp();
            using var request = Request("application/json");
            (request.Method, request.Content) = (HttpMethod.Post, new StringContent(text, Encoding.UTF8, "text/plain"));
            using var answer = await _http.SendAsync(request, deadline.Token);
            if (!answer.IsSuccessStatusCode)
            {
                Fault($"Publishing is refused: {Refusal(answer)}");
                return;
            }

            while (!stream.Text.Contains(text, StringComparison.Ordinal))
                await stream.ReadAsync(deadline.Token);
            Ok($"A message is published and read within {Milliseconds(Stopwatch.GetElapsedTime(began))}.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Fault($"A message that was published is not read within {patience.TotalSeconds:0} s: something collects single messages.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Fault($"Publishing fails: {failure.Message}");
        }
    }

    /// <summary>(6)</summary>
    private async Task WatchAsync(OpenStream? stream, CancellationToken stop)
    {
        if (stream is null)
            return;
        var began = Stopwatch.GetTimestamp();
        var length = stream.Text.Length;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(watch);
        try
        {
            while (true)
                await stream.ReadAsync(over.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            if (stream.Text.Length > length)
                Ok($"A stream is left open for {watch.TotalSeconds:0} s, and gets what is sent.");
            else
                Note($"Nothing came on a stream in {watch.TotalSeconds:0} s. With the server's KeepAlive (15 s) shorter "
                    + "than that, something holds it back.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            Fault($"A stream is cut after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s. Some time-out on the way "
                + "(nginx: proxy_read_timeout) "
                + "is shorter than the server's KeepAlive (15 s), or counts from the beginning of a response.");
        }
    }

    private async Task WatchAsync(ClientWebSocket? socket, CancellationToken stop)
    {
        if (socket is null)
            return;
        var began = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(watch);
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), over.Token)).MessageType != WebSocketMessageType.Close)
                continue;
            Fault($"A WebSocket is closed after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: "
                + $"{(int?)socket.CloseStatus} {socket.CloseStatusDescription}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            Ok($"A WebSocket is left open for {watch.TotalSeconds:0} s.");
        }
        catch (WebSocketException)
        {
            Fault($"A WebSocket is cut after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s. Some time-out on the "
                + "way is shorter than the "
                + "server's pings (15 s).");
        }
    }

    private HttpRequestMessage Request(string accept, Action<List<string>>? add = null)
    {
        var query = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        add?.Invoke(query);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(url) { Query = string.Join('&', query) }.Uri);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (accept == "text/event-stream")
            request.Headers.AcceptEncoding.ParseAdd("gzip, br"); // as browsers do: what compresses streams is to show itself
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);

    private CancellationTokenSource Deadline(CancellationToken stop)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(patience);
        return deadline;
    }

    private static string Refusal(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.NoContent => "The store is complete: nothing more will come.",
        HttpStatusCode.Unauthorized => "401. The store wants to know who reads: --token, or TORNADOSE_TOKEN.",
        HttpStatusCode.Forbidden => "403. This token's user may not: the store's policy says no.",
        HttpStatusCode.NotFound =>
            "404. There is no such store, or the stores are mapped elsewhere: MapStores(\"/stores\") gives /stores/orders.",
        HttpStatusCode.MethodNotAllowed => "405. Nothing can be published here: MapStorePublishing is missing.",
        HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => $"{(int)response.StatusCode}. A proxy does not reach the server.",
        HttpStatusCode.ServiceUnavailable => "503. There is no room for another reader, or the server is stopping.",
        HttpStatusCode.TooManyRequests => "429. A limit of the server does not admit another reader "
            + "(MaxSubscribersPerUser, MaxJoinsPerSecond), or something in front counts requests.",
        >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest =>
            $"{(int)response.StatusCode}, to {response.Headers.Location}. A page for signing in? Then it wants --token, or TORNADOSE_TOKEN. "
            + "Otherwise use the URL that it ends at: a WebSocket does not follow, and HTTP clients leave their token behind.",
        >= HttpStatusCode.InternalServerError => $"{(int)response.StatusCode}. The server's log says why.",
        var status => $"{(int)status}.",
    };

    private static string Names(HttpResponseMessage response)
    {
        var names = response.Headers.Server.Select(static one => one.ToString())
            .Concat(response.Headers.Via.Select(static one => $"via {one}"));
        return string.Concat(names.Select(static name => $", {name}"));
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";

    private void Ok(string words) => Say($"ok     {words}");

    private void Note(string words) => Say($"note   {words}");

    private bool Fault(string words)
    {
        _foundFault = true;
        Say($"FAULT  {words}");
        return false;
    }

    private void Say(string line)
    {
        lock (output)
        {
            output.TryWriteLine(line);
        }
    }

    /// <summary>A response that does not end, and what has come of it.</summary>
    private sealed class OpenStream(HttpResponseMessage response, Stream body) : IDisposable
    {
        private readonly byte[] _buffer = new byte[4096];
        private readonly StringBuilder _text = new();

        public string Text => _text.ToString();

        /// <exception cref="IOException">The stream has ended.</exception>
        public async Task ReadAsync(CancellationToken stop)
        {
            var count = await body.ReadAsync(_buffer, stop);
            if (count == 0)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "it has ended.");
            _text.Append(Encoding.Latin1.GetString(_buffer, 0, count));
            if (_text.Length > 1 << 20)
                _text.Remove(0, 1 << 19); // a busy store
        }

        public void Dispose()
        {
            body.Dispose();
            response.Dispose();
        }
    }
}

using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// Tests a store as its readers use it, and reports what stands in their way: (1) an answer that ends; (2) a stream, its headers and its
/// beginning; (3) whether ids get through, in the request's header and in its query; (4) a WebSocket; (5) a message, on request; (6) how
/// long streams stay open. If an answer that ends gets through and a stream does not, something in between withholds the stream.
/// </summary>
internal sealed class DoctorCommand(Uri url, string? token, TimeSpan watch, TimeSpan patience, TextWriter output)
{
    /// <summary>No server has issued this id, so every server that receives it answers with a reset.</summary>
    private const string StrangeId = "doctor";

    private const string ResumeHeader = "Tornadose-Resume";

    private readonly DoctorRequests _requests = new(url, token, patience);
    private readonly DoctorReport _report = new(output);

    /// <returns>The exit code: 1 if there is a fault.</returns>
    public async Task<int> RunAsync(bool publishes, CancellationToken stop)
    {
        using var requests = _requests;
        try
        {
            if (await AnswerAsync(stop))
            {
                using var stream = await OpenAsync(stop);
                if (stream is not null)
                {
                    await ResumeAsync("its header Last-Event-ID", query: null, StrangeId, stop);
                    await ResumeAsync("the query's after=", $"after={StrangeId}", lastEventId: null, stop);
                }

                using var socket = new DoctorSocket(url, token, _requests, _report);
                await socket.ConnectAsync(patience, stop);
                if (publishes && stream is not null)
                    await PublishAsync(stop);
                await Task.WhenAll(WatchAsync(stream, stop), socket.WatchAsync(watch, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return _report.FoundFault ? 1 : 0; // Ctrl+C
        }

        _report.Say(
            _report.FoundFault ? "There are faults; docs/deploying.md has the settings for each proxy." : "Nothing stands in the way.");
        return _report.FoundFault ? 1 : 0;
    }

    /// <summary>(1)</summary>
    private async Task<bool> AnswerAsync(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var deadline = _requests.Deadline(stop);
            using var response = await _requests.GetAsync(deadline.Token);
            var took = Stopwatch.GetElapsedTime(began);
            if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NoContent)
                return _report.Fault(StatusWords.Of(response));
            if (response.Content.Headers.ContentType?.MediaType != "application/json")
                return _report.Fault(
                    $"This is not a store: it sends {response.Content.Headers.ContentType?.MediaType ?? "nothing"}. "
                    + "A sign-in page, another application, or a path that the proxy does not pass on? "
                    + """MapStores("/stores") gives /stores/orders.""");
            var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(deadline.Token));
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("id", out _))
                return _report.Fault("This is not a store: its JSON has no id.");
            if (answer.TryGetProperty("ended", out _))
                return _report.Fault("The store is complete: nothing more will come, and streams end at once. Test another store.");
            _report.Ok($"A whole answer takes {Milliseconds(took)}, over HTTP/{response.Version}{StatusWords.NamesOf(response)}.");
            if (response.Version.Major < 2)
                _report.Note(
                    "Browsers open six connections to a site over HTTP/1.1, so six streams in all tabs. "
                    + "Over HTTP/2, which needs TLS, they share one.");
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return _report.Fault($"Nothing answers within {patience.TotalSeconds:0} s.");
        }
        catch (JsonException)
        {
            return _report.Fault("This is not a store, or something has changed its answer: it is not JSON.");
        }
        catch (HttpRequestException failure)
        {
            return _report.Fault(WordsOf(failure));
        }
    }

    private string WordsOf(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"The name {url.Host} is not known here: check the URL and this machine's DNS.",
        HttpRequestError.SecureConnectionError =>
            $"TLS fails: {(failure.InnerException ?? failure).Message} Browsers refuse it as well. "
            + "Is the certificate for this name, still valid, and from an authority that this machine trusts? "
            + "Does the server send the intermediate certificates? Does this port speak https?",
        HttpRequestError.ConnectionError => $"Nothing listens at {url.Authority}, or a firewall is in between: {failure.Message}",
        _ => failure.Message,
    };

    /// <summary>(2)</summary>
    private async Task<OpenStream?> OpenAsync(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        HttpResponseMessage? response = null;
        try
        {
            using var deadline = _requests.Deadline(stop);
            response = await _requests.OpenStreamAsync(query: null, lastEventId: null, deadline.Token);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                _report.Fault($"A stream is refused: {StatusWords.Of(response)}");
                response.Dispose();
                return null;
            }

            CheckHeaders(response);
            var stream = new OpenStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
            await stream.ReadAsync(deadline.Token);
            _report.Ok($"A stream begins within {Milliseconds(Stopwatch.GetElapsedTime(began))}.");
            return stream;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _report.Fault(
                $"A stream's beginning does not come within {patience.TotalSeconds:0} s, though a whole answer does: "
                + "something buffers the response until it ends. "
                + "For nginx: proxy_buffering off. A compressing proxy: leave out text/event-stream.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            _report.Fault($"A stream is cut at its beginning: {failure.Message}");
        }

        response?.Dispose();
        return null;
    }

    private void CheckHeaders(HttpResponseMessage response)
    {
        var headers = response.Headers;
        if (headers.CacheControl is not { NoStore: true })
            _report.Fault("The stream's Cache-Control was removed on the way: a cache may store the stream, and serve an old one.");
        else if (!headers.CacheControl.NoTransform)
            _report.Fault(
                "The stream's Cache-Control has lost its no-transform: "
                + "something may compress the stream, and hold back what it compresses.");
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(static coding => coding != "identity") is { } coding)
            _report.Fault(
                $"The stream is compressed on the way ({coding}): messages wait until a block is full. Leave out text/event-stream.");
        if (!headers.Contains(ResumeHeader))
            _report.Fault($"The header {ResumeHeader} was removed: pages cannot tell whether their id was understood.");
    }

    /// <summary>(3)</summary>
    private async Task ResumeAsync(string where, string? query, string? lastEventId, CancellationToken stop)
    {
        try
        {
            using var deadline = _requests.Deadline(stop);
            using var response = await _requests.OpenStreamAsync(query, lastEventId, deadline.Token);
            var word = response.Headers.TryGetValues(ResumeHeader, out var values) ? values.First() : null;
            if (word == "live")
                _report.Fault(
                    $"The id of a reconnecting reader is lost on the way ({where}): messages would be missing, silently.");
            else if (word is not null)
                _report.Ok($"Ids get through by {where}.");
        }
        catch (Exception failure) when (
            failure is HttpRequestException || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            _report.Fault($"A second stream beside the first is not answered ({where}): something allows only one.");
        }
    }

    /// <summary>(5)</summary>
    private async Task PublishAsync(CancellationToken stop)
    {
        try
        {
            using var deadline = _requests.Deadline(stop);
            using var response = await _requests.OpenStreamAsync(query: null, lastEventId: null, deadline.Token);
            using var stream = new OpenStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
            await stream.ReadAsync(deadline.Token);
            var text = $"tornadose doctor {Guid.NewGuid():N}";
            var began = Stopwatch.GetTimestamp();
            using var answer = await _requests.PublishAsync(text, deadline.Token);
            if (!answer.IsSuccessStatusCode)
            {
                _report.Fault($"Publishing is refused: {StatusWords.Of(answer)}");
                return;
            }

            while (!stream.Text.Contains(text, StringComparison.Ordinal))
                await stream.ReadAsync(deadline.Token);
            _report.Ok($"A message is published and read within {Milliseconds(Stopwatch.GetElapsedTime(began))}.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _report.Fault(
                $"A message that was published is not read within {patience.TotalSeconds:0} s: something buffers single messages.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            _report.Fault($"Publishing fails: {failure.Message}");
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
                _report.Ok($"A stream is left open for {watch.TotalSeconds:0} s, and gets what is sent.");
            else
                _report.Note(
                    $"Nothing came on a stream in {watch.TotalSeconds:0} s. "
                    + "With the server's KeepAlive (15 s) shorter than that, something holds it back.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            _report.Fault(
                $"A stream is cut after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s. "
                + "A time-out on the way (nginx: proxy_read_timeout) is shorter than the server's KeepAlive (15 s), "
                + "or counts from the beginning of a response.");
        }
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0} ms";
}

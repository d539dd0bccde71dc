using System.Net.Http.Headers;
using System.Text.Json;

namespace Tornadose.SignalR.Client;

/// <summary>Requests with the application's client and its token.</summary>
internal sealed class StoreRequests(Func<HttpClient> createClient, StoreAddress address, TornadoseClientOptions options, TimeProvider time)
{
    public StoreAddress Address { get; } = address;

    public TornadoseClientOptions Options { get; } = options;

    public TimeProvider Time { get; } = time;

    public HttpClient CreateClient() => createClient();

    /// <summary>The token for the next request; null if there is none. The deadline applies even if the provider ignores it.</summary>
    public async Task<string?> GetTokenAsync(CancellationToken cancellationToken) => Options.AccessTokenProvider is { } provider
        ? await provider(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
        : null;

    /// <summary>Sends a request, and returns when the headers of the answer have arrived. Throws unless the status is 200.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool hasTicket, CancellationToken cancellationToken)
    {
        if (!hasTicket && await GetTokenAsync(cancellationToken).ConfigureAwait(false) is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var client = createClient();
        request.Version = client.DefaultRequestVersion;
        request.VersionPolicy = client.DefaultVersionPolicy;
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        try
        {
            await Refusals.ThrowUnlessOkAsync(response, hasTicket, Time, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public async Task<HttpResponseMessage> GetAsync(Uri url, string accept, bool hasTicket, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd(accept);
        return await SendAsync(request, hasTicket, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A ticket opens one stream: every attempt needs a new one.</summary>
    /// <returns>The query parameter; empty if tickets are not used.</returns>
    public async Task<IEnumerable<(string Name, string Value)>> GetTicketAsync(
        StoreList stores, string transport, CancellationToken cancellationToken)
    {
        if (!Options.UseTickets)
            return [];
        var asked = JsonSerializer.SerializeToUtf8Bytes(new TicketRequest(stores.Names, transport), TicketJson.Default.TicketRequest);
        using var request = new HttpRequestMessage(HttpMethod.Post, Address.Of("_ticket", [])) { Content = new ByteArrayContent(asked) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await SendAsync(request, hasTicket: false, cancellationToken).ConfigureAwait(false);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(answer, TicketJson.Default.TicketResponse) is { Ticket: { } ticket }
            ? [("ticket", ticket)]
            : throw new JsonException("The server's answer has no ticket.");
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tornadose.Attack;

/// <summary>Attacks by clients that publish, create stores or take tickets.</summary>
internal static class PublisherAttacks
{
    private static readonly string[] ForeignOrigins =
    [
        "https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://evil.example:80", "null",
        "http://127.0.0.1:1", "file://",
    ];

    public static async Task OriginsAsync(Battle battle)
    {
        var allowed = 0;
        foreach (var origin in ForeignOrigins)
        {
            allowed += await IsAllowedAsync("/stores/orders");
            allowed += await IsAllowedAsync("/hubs/stores");
            allowed += await battle.Attacker.PostAsync("orders", "forged", ("Origin", origin)) == 403 ? 0 : 1;
            allowed += (await battle.Attacker.PostForTextAsync(
                "/stores/_ticket", Ticket("orders"), ("Origin", origin), ("X-User", "ann"))).Status == 403 ? 0 : 1;
            allowed += await battle.Attacker.StatusAsync(HttpMethod.Delete, "/stores/_inspect/subscribers/1", ("Origin", origin)) == 403
                ? 0
                : 1;

            async Task<int> IsAllowedAsync(string path) => (await battle.Attacker.WebSocketAsync(path, origin)).Status == 403 ? 0 : 1;
        }

        battle.Report.Same("requests that were let in", 0, allowed);
        var said = await ServerProcess.FailToStartAsync("--plain-hub");
        battle.Report.Same("an application with MapHub<StoreHub>() starts", false, said is null);
    }

    public static async Task TicketsAsync(Battle battle)
    {
        var statuses = new Statuses();
        await statuses.RunAsync(
            5000, 16, async _ => (await battle.Attacker.PostForTextAsync("/stores/_ticket", Ticket("orders"), ("X-User", "eve"))).Status);
        battle.Report.AtMost("tickets that one user got of 5,000", statuses[200], 500, "");
        battle.Report.Same("requests refused otherwise than by 429", 0, 5000 - statuses[200] - statuses[429]);

        var ticket = await TakeAsync(battle, "ann");
        var altered = ticket[..^2] + (ticket[^2] == 'A' ? "B" : "A") + ticket[^1];
        var open = ("Accept", "text/event-stream");
        battle.Report.Same(
            "another user's request that is invalid", 400,
            await battle.Friend.StatusAsync(HttpMethod.Get, $"/stores/orders?last=x&ticket={ticket}", open));
        battle.Report.Same(
            "the ticket altered", 401, await battle.Friend.StatusAsync(HttpMethod.Get, $"/stores/orders?ticket={altered}", open));
        battle.Report.Same(
            "the ticket used", 200, await battle.Friend.StatusAsync(HttpMethod.Get, $"/stores/orders?ticket={ticket}", open));
        battle.Report.Same(
            "the ticket used again", 401, await battle.Friend.StatusAsync(HttpMethod.Get, $"/stores/orders?ticket={ticket}", open));
    }

    public static async Task NamesAsync(Battle battle)
    {
        var statuses = new Statuses();
        await battle.GrowthAsync(
            200, () => statuses.RunAsync(6000, 16, number => battle.Attacker.PostAsync($"devices/made-up-{number}", "x")));
        battle.Report.AtMost("stores that one client made", statuses[200], 5000, "");
        battle.Report.Same("requests refused otherwise than by 503", 0, 6000 - statuses[200] - statuses[503]);
        battle.Report.Same("another client's new store", 200, await battle.Friend.PostAsync("devices/thermometer", "21"));
    }

    public static async Task BytesAsync(Battle battle)
    {
        var body = new byte[1024 * 1024];
        Array.Fill(body, (byte)'x');
        var statuses = new Statuses();
        await battle.GrowthAsync(
            1700, () => statuses.RunAsync(1200, 4, number => battle.Attacker.PostAsync($"devices/made-up-{number}", Text(body))));
        battle.Report.AtMost("messages of 1 MiB that are kept", statuses[200], 1024, "");
        battle.Report.Same("requests refused otherwise than by 503", 0, 1200 - statuses[200] - statuses[503]);
        battle.Report.Same("a message to a store that is declared", 200, await battle.Friend.PostAsync("orders", "x"));
    }

    public static async Task IdempotencyAsync(Battle battle)
    {
        (string, string) key = ("Idempotency-Key", "order-1");
        var stolen = await battle.Attacker.PostForTextAsync("/stores/orders", new StringContent("junk"), key, ("X-User", "eve"));
        var real = await battle.Friend.PostForTextAsync("/stores/orders", new StringContent("a real order"), key, ("X-User", "ann"));
        var again = await battle.Friend.PostForTextAsync("/stores/orders", new StringContent("a real order"), key, ("X-User", "ann"));
        battle.Report.Same("another user's message is stored", true, real.Status == 200 && real.Text != stolen.Text);
        battle.Report.Same("his retry is stored once", real.Text, again.Text);
    }

    public static async Task KeysAsync(Battle battle)
    {
        var statuses = new Statuses();
        await battle.GrowthAsync(150, () => statuses.RunAsync(20_000, 16, number =>
            battle.Attacker.PostAsync("orders", "x", ("Idempotency-Key", $"{number} {new string('k', 240)}"))));
        battle.Report.Same("answers", "200: 20000", statuses.ToString());
    }

    public static async Task BodiesAsync(Battle battle)
    {
        var deep = Encoding.ASCII.GetBytes(new string('[', 500_000) + new string(']', 500_000));
        battle.Report.Same("JSON of 500,000 levels", 400, await battle.Attacker.PostAsync("orders", Json(deep)));
        battle.Report.Same("a body of 20 MiB", 413, await battle.Attacker.PostAsync("orders", Text(new byte[20 * 1024 * 1024])));
        battle.Report.Same(
            "an event type with a line break", 400, await battle.Attacker.PostAsync("orders?event=a%0Ddata:%20forged", "x"));
        battle.Report.Same("an event type of the library", 400, await battle.Attacker.PostAsync("orders?event=tornadose.reset", "x"));
        battle.Report.Same("a name with a line break", 404, await battle.Attacker.PostAsync("devices/a%0Aforged", "x"));
        battle.Report.Same(
            "a key of 300 characters", 400, await battle.Attacker.PostAsync("orders", "x", ("Idempotency-Key", new string('k', 300))));
        await battle.Attacker.PostAsync("orders", "a\r\ndata: b\n\nevent: tornadose.reset\rid: forged");
        var (_, text) = await battle.Friend.GetAsync("/stores/orders", ("Accept", "application/json"));
        var message = JsonElement.Parse(text).GetProperty("messages")[0].GetProperty("data").GetString();
        battle.Report.Same("a text that looks like an event stays text", true, message!.EndsWith("id: forged", StringComparison.Ordinal));
    }

    private static ByteArrayContent Text(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };

    private static ByteArrayContent Json(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static ByteArrayContent Ticket(string store) =>
        Json(Encoding.UTF8.GetBytes($$"""{"stores":["{{store}}"],"transport":"sse"}"""));

    private static async Task<string> TakeAsync(Battle battle, string user)
    {
        var (_, text) = await battle.Friend.PostForTextAsync("/stores/_ticket", Ticket("orders"), ("X-User", user));
        return JsonElement.Parse(text).GetProperty("ticket").GetString()!;
    }
}

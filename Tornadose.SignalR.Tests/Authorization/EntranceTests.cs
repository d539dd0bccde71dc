using System.Globalization;
using System.Text;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>One authorizer for every entrance: the same decision wherever a user tries to read or to publish.</summary>
public sealed class EntranceTests(ITestOutputHelper output)
{
    private static readonly string?[] Roles = [null, "bob", "ann", "admin"];

    [Theory, Case("SEC-02", "SR-13", "HTTP-31"), InlineData(false, "401 403 200 200"), InlineData(true, "404 404 200 200")]
    public async Task Entrances_EveryRole_AreDecidedByTheStoresPolicy(bool hideForbidden, string expected)
    {
        await using var host = await RolesApp.StartAsync(hideForbidden);
        var store = host.Get<IStoreProvider>().GetStore(RolesApp.Store);
        var id = (await store.PublishAsync("private")).ToString();
        var table = new StringBuilder(
            $"{(hideForbidden ? "hidden" : "forbidden"),-26}{"anonymous",12}{"user",12}{"owner",12}{"administrator",16}\n");
        var wrong = new List<string>();
        foreach (var entrance in Entrances.Http.Concat(Entrances.Hubs))
        {
            var statuses = new List<int>();
            foreach (var role in Roles)
                statuses.Add(await TryAsync(host, entrance, role, id));
            table.AppendLine(
                CultureInfo.InvariantCulture, $"{entrance,-26}{statuses[0],12}{statuses[1],12}{statuses[2],12}{statuses[3],16}");
            // An anonymous user gets no ticket for any store, whatever its policy.
            var wanted = entrance.Contains("ticket", StringComparison.Ordinal) ? $"401{expected[3..]}" : expected;
            if (string.Join(' ', statuses) != wanted)
                wrong.Add(entrance);
        }

        output.WriteLine(table.ToString());
        Assert.True(wrong.Count == 0, $"{string.Join(", ", wrong)}\n{table}");
        Assert.Equal(1 + (5 * 2), store.Position.Offset); // five entrances for publishing, two roles that may publish
        await host.UntilSubscribersAsync(0);
    }

    /// <summary>Tries an entrance; a refused user must not have registered a subscriber.</summary>
    private static async Task<int> TryAsync(TestHost host, string entrance, string? role, string id)
    {
        await host.UntilSubscribersAsync(0);
        var answer = await Entrances.TryAsync(host, entrance, RolesApp.Store, role, id);
        if (answer.Status != 200)
            Assert.Equal(0, host.Subscribers());
        Assert.DoesNotContain("private", answer.Words, StringComparison.Ordinal);
        return answer.Status;
    }

    [Fact, Case("SEC-05")]
    public async Task Entrances_ForbiddenAndHidden_SayWhatTheySayOfAnUnknownStore()
    {
        await using var host = await RolesApp.StartAsync(hideForbidden: true);
        foreach (var entrance in Entrances.Http.Concat(Entrances.Hubs))
            foreach (var role in new[] { null, "bob" })
                Assert.Equal(
                    await Entrances.TryAsync(host, entrance, "unknown", role),
                    await Entrances.TryAsync(host, entrance, RolesApp.Store, role));
    }

    [Fact, Case("SEC-05")]
    public async Task Resume_IdOfAStoreThatIsNotTheirs_SaysNothingOfIt()
    {
        await using var host = await RolesApp.StartAsync();
        var secret = (await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync("private")).ToString();
        var told = new List<string>();
        foreach (var id in new[] { secret, "0123456789abcdef-1-00000000" })
        {
            await using var stream = await RawSse.OpenAsync(host.Url("/stores/plain"), ("Last-Event-ID", id), ("X-User", "bob"));
            var reset = await stream.NextAsync();
            told.Add($"{stream.Http.Header("Tornadose-Resume")} {reset.Type} {reset.Data}");
        }

        Assert.Single(told.Distinct());
    }

    [Fact, Case("SEC-03")]
    public async Task Entrances_RightsWereTakenAway_GiveNothingOldToWhoeverResumes()
    {
        await using var host = await RolesApp.StartAsync();
        var store = host.Get<IStoreProvider>().GetStore(RolesApp.Store);
        var id = (await store.PublishAsync("seen")).ToString();
        await store.PublishAsync("private");
        var resumes = Entrances.Http.Concat(Entrances.Hubs)
            .Where(entrance => entrance.EndsWith("resume", StringComparison.OrdinalIgnoreCase)
                || entrance.EndsWith("WatchAfter", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(9, resumes.Length);
        foreach (var entrance in resumes)
            Assert.Equal(200, (await Entrances.TryAsync(host, entrance, RolesApp.Store, "ann", id)).Status);
        host.Get<Rights>().Revoked.Add("ann");
        foreach (var entrance in resumes)
        {
            var answer = await Entrances.TryAsync(host, entrance, RolesApp.Store, "ann", id);
            Assert.Equal(403, answer.Status);
            Assert.DoesNotContain("private", answer.Words, StringComparison.Ordinal);
        }
    }

    [Fact, Case("SEC-01")]
    public async Task HubPublish_StoreWithoutPublishPolicy_IsNobodys()
    {
        await using var host = await RolesApp.StartAsync();
        Assert.Equal(403, (await Entrances.TryAsync(host, "hub Publish", "plain", "admin")).Status);
        Assert.Equal(200, (await Entrances.TryAsync(host, "hub Subscribe", "plain", null)).Status);
    }
}

using Tornadose.Attack;

if (args is ["server", .. var options])
    return await AttackServer.RunAsync(options);

var attacks = AllAttacks.Find(args);
if (attacks.Count == 0)
{
    await Console.Error.WriteLineAsync(
        $"No such attack. There are: {string.Join(' ', AllAttacks.All.Select(static attack => attack.Name))}");
    return 2;
}

var idle = await Idle.MeasureAsync();
Console.WriteLine($"An honest reader of an idle server: p95 {idle.TotalMilliseconds:0.0} ms");
var broken = 0;
foreach (var attack in attacks)
{
    var report = await attack.RunAsync(idle);
    report.Print();
    broken += report.Broken;
}

Console.WriteLine(broken == 0 ? "Every bound holds." : $"{broken} bounds are broken.");
return broken == 0 ? 0 : 1;

import type { JSX } from 'preact';

import { Later } from './later.js';
import { ComparisonSection } from './sections/comparison-section.js';
import { CostSection } from './sections/cost-section.js';
import { DistributionSection } from './sections/distribution-section.js';
import { GroupSection } from './sections/group-section.js';
import { PageHeader } from './sections/page-header.js';
import { ProvenanceSection } from './sections/provenance-section.js';
import { RecordDialog } from './sections/record-dialog.js';
import { RecordsSection } from './sections/records-section.js';
import { ScoreSection } from './sections/score-section.js';
import type { View } from './view.js';

/** A whole report: the page of the file, or a part of another page. */
export function ReportView({ view }: { readonly view: View }): JSX.Element {
  return (
    <>
      <PageHeader view={view} />
      <ScoreSection view={view} />
      {view.store.index.systems.length > 1 && <ComparisonSection view={view} />}
      <GroupSection view={view} />
      <RecordsSection view={view} />
      <Later>
        {() => (
          <>
            <DistributionSection view={view} />
            <CostSection view={view} />
            <ProvenanceSection view={view} />
          </>
        )}
      </Later>
      <RecordDialog view={view} />
    </>
  );
}
